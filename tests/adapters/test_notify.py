"""Telling people: what a chat and a mail server are sent, and what their answers mean."""

from __future__ import annotations

import asyncio
import contextlib
import email
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.message import Message
from email.policy import default
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from pydantic import SecretStr, ValidationError
from structlog.testing import capture_logs

from tradelane.adapters.errors import Refused, Unavailable
from tradelane.adapters.notify import ChatNotifier, LogNotifier, SmtpAccess, SmtpNotifier
from tradelane.domain.holds import Fault
from tradelane.ports import Notice
from tradelane.resources import notifiers
from tradelane.settings import Settings

WEBHOOK = "https://chat.example/hooks/not-to-be-seen"
NOTICE = Notice(
    id="hold:2000013770481964:book_transport:2026-11-23T03:00:00+00:00",
    kind="hold",
    owner="forwarding desk",
    title="주문 2000013770481964 보류",
    body="단계: book_transport",
)


# --- chat ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_a_chat_gets_title_and_body_as_text(status: int) -> None:
    async with httpx.AsyncClient() as client:
        with respx.mock, capture_logs() as logs:
            hook = respx.post(WEBHOOK).respond(status, text="ok")
            await ChatNotifier(SecretStr(WEBHOOK), client).tell(NOTICE)
    sent = hook.calls.last.request
    assert sent.content.decode() == f'{{"text":"{NOTICE.title}\\n{NOTICE.body}"}}'
    assert sent.headers["content-type"] == "application/json"
    assert "not-to-be-seen" not in str(logs)


async def test_a_busy_chat_says_when_to_come_again() -> None:
    async with httpx.AsyncClient() as client:
        with respx.mock:
            respx.post(WEBHOOK).respond(429, headers={"Retry-After": "40"})
            with pytest.raises(Unavailable) as busy:
                await ChatNotifier(SecretStr(WEBHOOK), client).tell(NOTICE)
    assert busy.value.wait is not None and busy.value.wait.total_seconds() == 40


@pytest.mark.parametrize("lost", [httpx.ConnectError("no route"), httpx.ReadTimeout("slow")])
async def test_a_chat_that_is_away_is_unavailable(lost: Exception) -> None:
    async with httpx.AsyncClient() as client:
        with respx.mock:
            respx.post(WEBHOOK).mock(side_effect=lost)
            with pytest.raises(Unavailable):
                await ChatNotifier(SecretStr(WEBHOOK), client).tell(NOTICE)


async def test_a_webhook_that_was_taken_away_is_our_fault_and_stays_secret() -> None:
    async with httpx.AsyncClient() as client:
        with respx.mock:
            respx.post(WEBHOOK).respond(404, text=f"no such hook: {WEBHOOK}")
            with pytest.raises(Refused) as gone:
                await ChatNotifier(SecretStr(WEBHOOK), client).tell(NOTICE)
    assert gone.value.fault is Fault.OURS
    assert "TRADELANE_NOTIFY_CHAT_URL" in str(gone.value)
    assert "not-to-be-seen" not in str(gone.value)


# --- log -------------------------------------------------------------------------------------------------------------


async def test_the_log_gets_one_line() -> None:
    with capture_logs() as logs:
        await LogNotifier().tell(NOTICE)
    assert [(line["event"], line["title"], line["owner"]) for line in logs] == [
        ("notice.told", NOTICE.title, "forwarding desk")
    ]


# --- mail ------------------------------------------------------------------------------------------------------------


@dataclass
class MailServer:
    """A mail server of a few lines: answers as the script says, keeps what it was sent."""

    answers: dict[str, str] = field(default_factory=dict)
    """First word of a command, or all of it, in capitals -> answer in place of the usual one."""
    logins: bool = False
    commands: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    port: int = 0

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[MailServer]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._say(writer, self.answers.get("greeting", "220 mail.example"))
            while line := (await reader.readline()).decode().strip():
                self.commands.append(line)
                word = line.split(" ")[0].upper()
                usual = {"EHLO": self._offers(), "DATA": "354 go on", "QUIT": "221 bye", "AUTH": "235 welcome"}
                answer = self.answers.get(line.upper(), self.answers.get(word, usual.get(word, "250 fine")))
                await self._say(writer, answer)
                if word == "DATA" and answer.startswith("354"):
                    self.mails.append(await reader.readuntil(b"\r\n.\r\n"))
                    await self._say(writer, self.answers.get("mail", "250 taken"))
                if word == "QUIT" or answer.startswith("421"):
                    break
        writer.close()

    def _offers(self) -> str:
        return "250-mail.example\r\n250 AUTH PLAIN" if self.logins else "250 mail.example"

    async def _say(self, writer: asyncio.StreamWriter, answer: str) -> None:
        writer.write(f"{answer}\r\n".encode())
        await writer.drain()

    def notifier(self, *, starttls: bool = False, user: str = "", to: dict[str, str] | None = None) -> SmtpNotifier:
        access = SmtpAccess(
            host="127.0.0.1", port=self.port, sender="tradelane@house.example", starttls=starttls, user=user,
            password=SecretStr("open sesame"),
            to=to if to is not None else {"*": "desks@house.example", "escalation": "boss@house.example"},
        )  # fmt: skip
        return SmtpNotifier(access)

    @property
    def mail(self) -> Message:
        return email.message_from_bytes(self.mails[-1].removesuffix(b".\r\n"), policy=default)


async def test_a_mail_goes_to_the_desk_and_says_what_the_notice_says() -> None:
    async with MailServer().open() as server:
        await server.notifier().tell(NOTICE)
        await server.notifier().tell(NOTICE)
    assert server.mail["Subject"] == NOTICE.title
    assert server.mail["To"] == "desks@house.example"
    assert server.mail["From"] == "tradelane@house.example"
    assert server.mail["Auto-Submitted"] == "auto-generated"
    said = server.mail.get_payload(decode=True)
    assert isinstance(said, bytes) and said.decode().strip() == NOTICE.body
    ids = {email.message_from_bytes(mail)["Message-ID"] for mail in server.mails}
    assert len(ids) == 1, "a mail that is sent again can be known as the same"


async def test_what_is_overdue_also_goes_to_the_escalation() -> None:
    async with MailServer().open() as server:
        await server.notifier().tell(NOTICE.model_copy(update={"kind": "due"}))
    assert server.mail["To"] == "desks@house.example, boss@house.example"


async def test_a_desk_with_an_address_of_its_own_gets_its_mail_there() -> None:
    async with MailServer().open() as server:
        to = {"forwarding desk": "cargo@house.example", "*": "desks@house.example"}
        await server.notifier(to=to).tell(NOTICE)
    assert server.mail["To"] == "cargo@house.example"


async def test_a_desk_nobody_named_is_refused_without_a_connection() -> None:
    with pytest.raises(Refused, match="names no address for the forwarding desk"):
        await MailServer(port=1).notifier(to={"customs desk": "kr@house.example"}).tell(NOTICE)


async def test_a_server_without_encryption_gets_no_mail_when_it_is_asked_for() -> None:
    async with MailServer().open() as server:
        with pytest.raises(Refused, match="STARTTLS"):
            await server.notifier(starttls=True).tell(NOTICE)
    assert server.mails == []


async def test_a_login_is_made_where_there_is_a_user() -> None:
    async with MailServer(logins=True).open() as server:
        await server.notifier(user="tradelane").tell(NOTICE)
    assert any(command.startswith("AUTH PLAIN") for command in server.commands)
    assert len(server.mails) == 1


@pytest.mark.parametrize(
    ("answers", "failure"),
    [
        ({"greeting": "421 too busy"}, Unavailable),
        ({"MAIL": "451 later"}, Unavailable),
        ({"MAIL": "553 not you"}, Refused),
        ({"RCPT": "450 box is full"}, Unavailable),
        ({"RCPT": "550 nobody"}, Refused),
        ({"mail": "452 no room"}, Unavailable),
        ({"mail": "554 spam"}, Refused),
        ({"AUTH": "535 wrong"}, Refused),
        ({"AUTH": "454 later"}, Unavailable),
    ],
    ids=str,
)
async def test_a_refusal_for_now_is_tried_again_and_one_for_good_is_ours(
    answers: dict[str, str], failure: type[Exception]
) -> None:
    async with MailServer(answers=answers, logins=True).open() as server:
        with pytest.raises(failure) as told:
            await server.notifier(user="tradelane").tell(NOTICE)
    assert "house.example" not in str(told.value), "addresses stay out of the log"


async def test_a_mail_server_that_is_away_is_unavailable() -> None:
    async with MailServer().open() as server:
        pass
    with pytest.raises(Unavailable):
        await server.notifier().tell(NOTICE)


async def test_a_mail_that_was_taken_is_told_however_the_goodbye_goes() -> None:
    async with MailServer(answers={"QUIT": "500 what"}).open() as server:
        await server.notifier().tell(NOTICE)
    assert len(server.mails) == 1


async def test_one_addressee_of_two_who_is_refused_does_not_tell_the_other_twice() -> None:
    async with MailServer(answers={"RCPT TO:<BOSS@HOUSE.EXAMPLE>": "550 nobody"}).open() as server:
        with capture_logs() as logs:
            await server.notifier().tell(NOTICE.model_copy(update={"kind": "due"}))
    assert len(server.mails) == 1
    assert [(line["event"], line["codes"]) for line in logs] == [("notice.addressee_refused", [550])]


# --- settings --------------------------------------------------------------------------------------------------------


async def test_the_settings_say_who_is_told_and_the_log_is_the_last_resort(tmp_path: Path) -> None:
    async with httpx.AsyncClient() as http:
        assert [one.name for one in notifiers(Settings(data_dir=tmp_path), http)] == ["log"]
        both = Settings(
            data_dir=tmp_path,
            notify_chat_url=SecretStr(WEBHOOK),
            notify_smtp_host="mail.example",
            notify_smtp_from="tradelane@house.example",
            notify_to='{"customs desk": "kr@house.example", "*": "all@house.example"}',
        )
        assert [one.name for one in notifiers(both, http)] == ["chat", "mail"]
    assert both.notify_addresses == {"customs desk": "kr@house.example", "*": "all@house.example"}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"notify_to": "customs=kr@house.example"}, "'customs' is no desk; write one of catalogue desk"),
        ({"notify_to": "customs desk=nobody"}, "is no mail address"),
        ({"notify_to": "kr@house.example"}, "write desk=address"),
        ({"notify_to": "{"}, "begins like JSON and is none"),
        ({"notify_smtp_host": "mail.example"}, "mail wants a sender and addressees"),
        ({"notify_chat_url": "chat.example/not-to-be-seen"}, "begins with https://"),
        ({"notify_digest_hour": 24}, "less than or equal to 23"),
    ],
    ids=str,
)
def test_a_setting_that_tells_nobody_is_refused_and_repeats_no_secret(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says) as wrong:
        Settings(**given)
    assert "not-to-be-seen" not in str(wrong.value)
