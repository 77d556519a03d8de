"""Mail: one message for each notice to the desk it concerns, by the house's own mail server (RFC 5321, 6409).

The Message-ID is made from the notice, so that a mail sent again after a lost answer can be known as the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

import structlog
from pydantic import SecretStr

from tradelane.adapters.errors import OutsideFailure, Refused, Unavailable
from tradelane.domain.addressees import ALL_OTHERS, ESCALATION
from tradelane.domain.holds import Fault
from tradelane.ports import Notice

_log = structlog.get_logger("tradelane.notice")

PARTY = "mail"
SECONDS = 10.0
"""How long the mail server may take for each of its answers."""


@dataclass(frozen=True)
class SmtpAccess:
    """The mail server and who gets what; without a user it is not asked for a login."""

    host: str
    port: int
    sender: str
    to: Mapping[str, str]
    """Desk -> address; `*` for every other desk, `escalation` also gets what is overdue."""
    user: str = ""
    password: SecretStr = field(default=SecretStr(""))
    starttls: bool = True


class SmtpNotifier:
    """The port `Notifier` on SMTP."""

    name = "mail"

    def __init__(self, access: SmtpAccess) -> None:
        self._access = access

    async def tell(self, notice: Notice) -> None:
        """Send the mail.

        Raises:
            Unavailable: no answer, or a refusal for now (4xx).
            Refused: nobody to send it to, no encryption, a wrong login, or a refusal for good (5xx).
        """
        addresses = self._addresses(notice)
        if not addresses:
            raise _refused("no_address", f"TRADELANE_NOTIFY_TO names no address for the {notice.owner}")
        try:
            await asyncio.to_thread(self._send, self._message(notice, addresses))
        except (smtplib.SMTPException, OSError) as failure:
            raise _sorted(failure) from failure

    def _addresses(self, notice: Notice) -> list[str]:
        to = self._access.to
        wanted = [to.get(notice.owner, to.get(ALL_OTHERS, ""))]
        if notice.kind == "due":
            wanted.append(to.get(ESCALATION, ""))
        return list(dict.fromkeys(filter(None, wanted)))

    def _message(self, notice: Notice, addresses: list[str]) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._access.sender
        message["To"] = ", ".join(addresses)
        message["Subject"] = notice.title
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = f"<{hashlib.sha256(notice.id.encode()).hexdigest()[:40]}@tradelane>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer by a machine
        message.set_content(notice.body)
        return message

    def _send(self, message: EmailMessage) -> None:
        access = self._access
        server = smtplib.SMTP(access.host, access.port, timeout=SECONDS)
        try:
            if access.starttls:
                server.starttls(context=ssl.create_default_context())
            if access.user:
                server.login(access.user, access.password.get_secret_value())
            refused = server.send_message(message)
            if refused:  # others have it: sending again would tell them twice
                _log.warning("notice.addressee_refused", codes=sorted(code for code, _ in refused.values()))
            with contextlib.suppress(smtplib.SMTPException, OSError):  # it is sent, however the goodbye goes
                server.quit()
        finally:
            server.close()


def _sorted(failure: smtplib.SMTPException | OSError) -> OutsideFailure:
    """A failure as one of ours; the server's words are left out, they may quote addresses."""
    match failure:
        case smtplib.SMTPNotSupportedError():
            return _refused("not_supported", "the mail server offers no STARTTLS or no login, and nothing goes without")
        case smtplib.SMTPAuthenticationError(smtp_code=code) if code >= 500:
            return _refused(str(code), "the mail server does not take the login")
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            codes = [int(code) for code, _ in refused.values()]
            if all(code < 500 for code in codes):
                return Unavailable(PARTY, str(max(codes)), "the mail server takes no mail for the addressee just now")
            return _refused(str(max(codes)), "the mail server refused an addressee of TRADELANE_NOTIFY_TO")
        case smtplib.SMTPResponseException(smtp_code=code) if code >= 500:
            return _refused(str(code), f"the mail server answered {code}")
        case smtplib.SMTPResponseException(smtp_code=code):
            return Unavailable(PARTY, str(code), f"the mail server answered {code}")
        case _:
            return Unavailable(PARTY, "not_connected", f"the mail server broke off ({type(failure).__name__})")


def _refused(code: str, words: str) -> Refused:
    return Refused(PARTY, code, words, fault=Fault.OURS)
