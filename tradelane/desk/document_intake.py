"""Papers that come from outside: a certificate from UNI-PASS, a signed origin statement, a receipt of the post office.

Each is kept by its bytes under the consignment, with a line on the timeline of the order that carries it. A certificate
is read first; see `tradelane.desk.certificates` for what is refused.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tradelane.desk import certificates
from tradelane.desk.certificates import Certificate
from tradelane.desk.complaints import NotFound, RefusedByRule, WrongUsage
from tradelane.desk.documents import KeptPaper
from tradelane.desk.evidence.gathering import part_of
from tradelane.desk.file_bytes import refuse_what_is_no_file
from tradelane.domain import timeline
from tradelane.domain.export_declaration import FilingState
from tradelane.domain.identifiers import ExportDeclarationNumber, OrderId, Ucr
from tradelane.ports import Claim, StoredDocument
from tradelane.storage.database import NotRecorded
from tradelane.stores import Stores

SIGNED = "origin_statement_signed"
KINDS: dict[str, str] = {
    certificates.KIND: "수출신고필증, as PDF",
    "dispatch_confirmation": "발송확인 of goods that went by post",
    SIGNED: "an origin statement with its signature",
    "carrier_paper": "what the carrier issued: waybill, receipt, invoice",
    "other": "anything else; it does not go into evidence packs",
}
"""Kinds of papers that people hand in."""

LARGEST = 20 << 20
_MEDIA: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)


def add_paper(
    stores: Stores,
    order: OrderId,
    file: Path,
    kind: str,
    *,
    actor: str,
    unread: bool = False,
    number: str = "",
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> KeptPaper:
    """Keep a paper of an order; the same bytes again change nothing.

    `number` says of which declaration a certificate is where the paper names several, or none because it is a scan; and
    with which declaration a signed origin statement goes, where several exporters share the parcel: it names makers and a
    signer, which are nobody else's business.

    Raises:
        NotFound: no consignment holds the order.
        WrongUsage: the file cannot be read, is too large, or is none of the kinds of files that are taken.
        RefusedByRule: a certificate that proves nothing of this order.
    """
    if kind not in KINDS:
        raise WrongUsage(f"{kind!r} is no kind of paper that is handed in; there are {', '.join(KINDS)}.")
    if (unread and kind != certificates.KIND) or (number and kind not in (certificates.KIND, SIGNED)):
        raise WrongUsage(f"--unread belongs to {certificates.KIND}, --number to it and to {SIGNED}.")
    claim = _claim(stores, order)
    content = _content(file)
    media = _media(file, content)
    at = stores.clock.read().at(now())
    sha256 = hashlib.sha256(content).hexdigest()
    facts = None
    if kind == certificates.KIND:
        numbers = _numbers(stores, claim.ucr, order, number)
        facts = certificates.read(content, file.name, numbers, unread=unread, sha256=sha256)
        facts = facts.model_copy(update={"actor": actor, "at": at})
    if kind == SIGNED:
        kind += _exporters_mark(stores, claim.ucr, order, number)
    kept = _keep(stores, claim.ucr, kind, content, media)
    if facts is not None:
        _keep_facts(stores, claim.ucr, kept.version, facts)
    line = timeline.paper(kind, kept.version, kept.sha256)
    timeline.append(stores.journal, claim.carrying_order, line, at=at, actor=actor)
    return KeptPaper(
        kind=kind,
        version=kept.version,
        size=kept.size,
        sha256=kept.sha256,
        file=stores.documents.path(kept.sha256),
        note=facts.note if facts is not None else "",
    )


def get_paper(stores: Stores, order: OrderId, kind: str, target: Path, version: int | None = None) -> KeptPaper:
    """Write the newest paper of a kind (or one version) to a file that only its owner reads.

    Raises:
        NotFound: no consignment holds the order, or it has no such paper.
        WrongUsage: the file cannot be written.
    """
    claim = _claim(stores, order)
    kept = stores.documents.of_ucr(claim.ucr)
    found = [paper for paper in kept if paper.kind == kind and version in (None, paper.version)]
    if not found:
        there = ", ".join(sorted({f"{paper.kind} v{paper.version}" for paper in kept})) or "none"
        wanted = kind if version is None else f"{kind} v{version}"
        raise NotFound(f"Order {order} has no paper {wanted}; it has: {there}.")
    paper = max(found, key=lambda one: one.version)
    paper = [one for one in found if one.version == paper.version][-1]
    try:
        content = stores.documents.read(paper.sha256)
    except NotRecorded as lost:
        raise NotFound(str(lost)) from lost
    _write(target, content)
    return KeptPaper(kind=paper.kind, version=paper.version, size=paper.size, sha256=paper.sha256, file=str(target))


def _claim(stores: Stores, order: OrderId) -> Claim:
    claim = stores.consignments.of_order(order)
    if claim is None:
        raise NotFound(f"No consignment holds order {order}; `tradelane orders show {order}` says where it stands.")
    return claim


def _content(file: Path) -> bytes:
    refuse_what_is_no_file(file)
    try:
        if not file.is_file():
            raise WrongUsage(f"{file} cannot be read: there is no such file.")
        size = file.stat().st_size
        if size > LARGEST:
            raise WrongUsage(f"{file} has {size} bytes; a paper has at most {LARGEST}.")
        content = file.read_bytes()
    except OSError as problem:
        raise WrongUsage(f"{file} cannot be read: {problem.strerror}.") from problem
    if not content:
        raise WrongUsage(f"{file} is empty.")
    return content


def _media(file: Path, content: bytes) -> str:
    for begins, media in _MEDIA:
        if content.startswith(begins):
            return media
    if b"%PDF-" in content[:1024]:
        return "application/pdf"
    raise WrongUsage(f"{file} is no PDF, PNG or JPEG; save the paper as one of them.")


def _numbers(stores: Stores, ucr: Ucr, order: OrderId, named: str) -> tuple[ExportDeclarationNumber, ...]:
    """The accepted declarations a certificate may be of."""
    rows = [row for row in stores.declarations.of_ucr(ucr) if row.number is not None]
    numbers = tuple(row.number for row in rows if row.number is not None and row.state is FilingState.ACCEPTED)
    if not numbers:
        ended = ", ".join(f"{row.number.printed} is {row.state.value}" for row in rows if row.number is not None)
        raise RefusedByRule(
            f"Order {order} has no accepted declaration that a certificate could be of"
            + (f": {ended}." if ended else ".")
        )
    if not named:
        return numbers
    try:
        wanted = ExportDeclarationNumber(named)
    except ValueError as wrong:
        raise WrongUsage(f"--number: {wrong}") from wrong
    if wanted not in numbers:
        raise RefusedByRule(
            f"{wanted.printed} is no accepted declaration of order {order}; it has "
            f"{' and '.join(one.printed for one in numbers)}."
        )
    return (wanted,)


def _exporters_mark(stores: Stores, ucr: Ucr, order: OrderId, named: str) -> str:
    """What is added to the kind of a paper that is one exporter's alone: nothing where the parcel has one declaration."""
    rows = {row.number: part_of(row) for row in stores.declarations.of_ucr(ucr)}
    if len(set(rows.values())) < 2 and not named:
        return ""
    if not named:
        raise WrongUsage(
            f"Several exporters share the parcel of order {order}: say with --number whose statement it is."
        )
    [number] = _numbers(stores, ucr, order, named)
    return f"_{rows[number]}" if len(set(rows.values())) > 1 else ""


def _keep(stores: Stores, ucr: Ucr, kind: str, content: bytes, media: str) -> StoredDocument:
    """Keep the bytes under the next version, or under the one they have."""
    sha256 = hashlib.sha256(content).hexdigest()
    same = [paper for paper in stores.documents.of_ucr(ucr) if paper.kind == kind]
    for paper in same:
        if paper.sha256 == sha256:
            return paper
    version = max((paper.version for paper in same), default=0) + 1
    return stores.documents.put(ucr, kind, version, content, media)


def _keep_facts(stores: Stores, ucr: Ucr, version: int, facts: Certificate) -> None:
    kept = certificates.certificates_of(stores, ucr, stores.documents.of_ucr(ucr))
    told = [one for one in kept if one.sha256 == facts.sha256 and one.at is not None]
    if not told:
        content = facts.model_dump_json().encode()
        stores.documents.put(ucr, certificates.FACTS, version, content, "application/json")


def _write(target: Path, content: bytes) -> None:
    """Put a paper in its place at once, readable by its owner only."""
    draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        if target.is_dir():
            raise WrongUsage(f"{target} is a folder; name a file.")
        target.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
        draft.replace(target)
    except OSError as problem:
        draft.unlink(missing_ok=True)
        raise WrongUsage(f"{target} cannot be written: {problem.strerror}.") from problem
