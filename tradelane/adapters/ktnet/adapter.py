"""The export filing port over KTNET's cross-border API."""

from __future__ import annotations

import asyncio
from datetime import date

import httpx

from tradelane.adapters.errors import Refused
from tradelane.adapters.http import Quota
from tradelane.adapters.journal import Journal
from tradelane.adapters.ktnet import changes, mapper, wire
from tradelane.adapters.ktnet.amendment import amendment
from tradelane.adapters.ktnet.client import PARTY, KtnetAccess, KtnetClient
from tradelane.adapters.ktnet.declaration import document
from tradelane.adapters.ktnet.extension import extension
from tradelane.adapters.ktnet.requests import WITHDRAWAL_MARK, Asked, Requests
from tradelane.domain.catalogue import Exporter
from tradelane.domain.export_declaration import ExportDeclaration, Filing
from tradelane.domain.holds import Fault
from tradelane.domain.outside import CannotTell, Done, Existing, NotDone
from tradelane.domain.transliteration import cut_euc_kr
from tradelane.ports import Exporters


class KtnetFiling:
    """Implements `tradelane.ports.ExportFiling`.

    KTNET keys on (SellerPartyId, OrderNo): a repeated declaration is refused unless the first ended in an error
    notice, so a caller looks first and never relies on the refusal.
    """

    def __init__(
        self,
        access: KtnetAccess,
        client: httpx.AsyncClient,
        exporters: Exporters,
        *,
        quota: Quota | None = None,
        documents: Quota | None = None,
        books: Journal | None = None,
    ) -> None:
        self._access = access
        self._calls = KtnetClient(access, client, quota, documents)
        self._exporters = exporters
        self._requests = Requests(books)

    async def find(self, declaration: ExportDeclaration) -> Existing[Filing]:
        """What KTNET holds under the OrderNo; an error notice is `Done` with state REJECTED."""
        return mapper.existing(
            await self._asked(declaration.order_no, "830"), declaration, self._access.selection_codes
        )

    async def lodge(self, declaration: ExportDeclaration, day: date) -> None:
        """Send the declaration. Taken is not accepted: customs answers later, by status.

        Raises:
            Stale: the day or the rate is refused.
            Refused: `already_declared`, or a document or datum refused, in KTNET's words.
        """
        result = await self._calls.sent(self._access.declaration_path, document(declaration, day, self._access))
        if result.refused:
            raise mapper.refusal(result)

    async def status(self, order_no: str, exporter_id: str) -> Filing | None:
        """State of a filing, or None when KTNET holds none under this number."""
        result = await self._asked(order_no, "830")
        if mapper.unknown(result):
            return None
        if result.refused and not result.Status and not result.ExpDeclNo:
            raise mapper.not_told(result)
        return mapper.filing(result, order_no, selections=self._access.selection_codes)

    async def find_withdrawal(self, filing: Filing, exporter_id: str) -> Existing[str]:
        """`Done("requested" | "approved" | "refused")`, or `NotDone` when none was asked."""
        return changes.withdrawal(await self._newest(filing.order_no))

    async def withdraw(self, filing: Filing, exporter_id: str, reason: str) -> None:
        """Ask for the withdrawal (취하, message 5AS kind B) of an accepted declaration."""
        exporter = await self._exporter(exporter_id)
        if exporter is None or filing.number is None:
            missing = "exporter" if exporter is None else "declaration number"
            raise Refused(PARTY, "cannot_withdraw", f"The {missing} is not known.", fault=Fault.OURS)
        try:
            words = cut_euc_kr(reason.strip(), 200)
        except ValueError as wrong:
            raise Refused(PARTY, "cannot_withdraw", str(wrong), fault=Fault.OURS) from wrong
        amendment = {
            "MallId": self._access.mall_id,
            "SellerPartyId": self._access.mall_id,
            "SellerPartyRegistNo": str(exporter.business_registration_number),
            "OrderNo": filing.order_no,
            "RequestType": "S",
            "ApplicationType": "B",
            "AmendReasonCode": self._access.withdraw_reason_code,
            "ReasonsAttributableCode": self._access.withdraw_fault_code,
            "AmendReason": words or "취하",
            "ExportDeclarationNo": str(filing.number),
        }
        async with self._requests.asking(filing.order_no, WITHDRAWAL_MARK):
            result = await self._calls.sent(self._access.amend_path, amendment)
            if result.refused:
                raise changes.withdrawal_refusal(result)

    async def find_amendment(self, declaration: ExportDeclaration, filing: Filing, version: int) -> Existing[str]:
        """`Done("asked" | "approved" | "refused: <words>")`, `NotDone` when KTNET knows no such version.

        Behind a newer extension or withdrawal of ours, our own books tell.
        """
        newest = await self._newest(filing.order_no)
        found = changes.amendment(newest, version)
        if isinstance(found, CannotTell):
            mark = changes.version_mark(version)[1:-1]
            found = await self._requests.behind(filing.order_no, newest, mark) or found
        return found

    async def amend(
        self,
        declaration: ExportDeclaration,
        filing: Filing,
        version: int,
        reason: str,
        accepted: ExportDeclaration | None = None,
    ) -> None:
        """Ask for the amendment (정정, message 5AS kind A) of an accepted declaration.

        Nothing is sent where every box would stay as it is: what changed is on none of them.

        Raises:
            Unavailable: an earlier request for the declaration is not decided yet.
            Refused: in KTNET's words, or before anything is sent when the amendment cannot be said.
        """
        asked = amendment(declaration, filing, version, reason, self._access, accepted)
        if asked is None:
            return
        async with self._requests.asking(filing.order_no, changes.version_mark(version)[1:-1]):
            result = await self._calls.sent(self._access.amend_path, asked)
            if result.refused:
                raise changes.amendment_refusal(result)

    async def find_extension(self, filing: Filing, exporter_id: str, until: date) -> Existing[str]:
        """`Done("asked" | "approved" | "refused: <words>")`, `NotDone` when KTNET knows no extension to this day.

        One that was approved before a newer request hid it is known from our own books.
        """
        newest = await self._newest(filing.order_no)
        found = changes.extension(newest, until)
        if isinstance(found, NotDone) and changes.mark_of(newest)[0] in ("A", "B"):
            mark = changes.extension_mark(until)[1:-1]
            if await self._requests.told(filing.order_no, mark) is Asked.APPROVED:
                return Done(Asked.APPROVED.value)
        return found

    async def extend(self, filing: Filing, exporter_id: str, load_before: date, until: date, reason: str) -> None:
        """Ask for a later loading deadline (적재기간 연장, message 5AS kind C).

        Raises:
            Unavailable: an earlier request for the declaration is not decided yet.
            Refused: reason `extension_refused`, in KTNET's words, or before anything is sent when it cannot be asked.
        """
        exporter = await self._exporter(exporter_id)
        if exporter is None:
            words = "The exporter is not known."
            raise Refused(PARTY, "cannot_extend", words, fault=Fault.OURS, reason="extension_refused")
        asked = extension(filing, exporter, load_before, until, reason, self._access)
        async with self._requests.asking(filing.order_no, changes.extension_mark(until)[1:-1]):
            result = await self._calls.sent(self._access.amend_path, asked)
            if result.refused:
                raise changes.extension_refusal(result)

    async def _exporter(self, exporter_id: str) -> Exporter | None:
        return (await asyncio.to_thread(self._exporters.get, [exporter_id])).get(exporter_id)

    async def _newest(self, order_no: str) -> wire.Result:
        """The newest request for a declaration; what it says of one of ours is kept."""
        result = await self._asked(order_no, "5AS")
        await self._requests.seen(order_no, result)
        return result

    async def _asked(self, order_no: str, kind: str) -> wire.Result:
        return await self._calls.one(
            self._access.status_path,
            {
                "MallId": self._access.mall_id,
                "OrderNo": order_no,
                "DocumentTypeCode": kind,
                "SellerPartyId": self._access.mall_id,
            },
        )
