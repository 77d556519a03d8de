"""The export declaration certificate (수출신고필증) as a PDF: read before it is kept, so that no draft becomes evidence.

What UNI-PASS issues has a text layer with the words 전자문서, 신고필증, 시점확인필 and 발행번호; a draft says 견본 or 임시용
견본 and proves nothing (korea-export, section 1.4). Beside each paper stands a small record of what was read in it.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from tradelane.desk.complaints import RefusedByRule, WrongUsage
from tradelane.domain.identifiers import ExportDeclarationNumber, Ucr
from tradelane.domain.trade_time import Instant
from tradelane.ports import StoredDocument
from tradelane.stores import Stores

KIND = "export_certificate"
FACTS = "export_certificate_facts"
MOST_PAGES = 60
LEAST_TEXT = 40
"""Characters below which a page is a picture: a certificate without goods has more in its headings."""

_DRAFT = re.compile(r"견\s*본(?!\s*품)")
"""Sample goods (견본품) may be exported; any other 견본 marks the paper itself."""
_PRINTED = re.compile(r"[0-9A-Z]{5}-[0-9]{2}-[0-9]{6}X", re.ASCII)
_ISSUED = re.compile(r"발\s*행\s*번\s*호\s*[:：]?\s*([0-9A-Za-z][0-9A-Za-z-]{4,39})")
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—−－", "-"))
_BROKEN = (
    ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError, RecursionError, NotImplementedError,
    OverflowError, OSError, struct.error, zlib.error,
)  # fmt: skip
"""What a hostile or damaged PDF makes its reader raise, beside the reader's own errors."""


class Certificate(BaseModel):
    """What was read in one certificate, or that nobody could read it."""

    model_config = ConfigDict(frozen=True)

    number: ExportDeclarationNumber
    sha256: str
    unread: bool = False
    """A scan: a person says what it is, no machine has read it."""
    electronic: bool = False
    """Whether it calls itself an electronic document (전자문서)."""
    issue_number: str = ""
    """발행번호, by which UNI-PASS shows whether it is genuine (API035)."""
    actor: str = ""
    at: Instant | None = None

    @property
    def note(self) -> str:
        """What a list of papers says of it."""
        seen = "a scan that no machine has read" if self.unread else "electronic" if self.electronic else "read"
        return f"{self.number.printed}, {seen}" + (f", issue no. {self.issue_number}" if self.issue_number else "")


def text_of(content: bytes, name: str) -> str:
    """All text of a PDF, its hyphens made plain.

    Raises:
        WrongUsage: no PDF, or one that cannot be read; the sentence names the file.
    """
    from pypdf import PdfReader  # a tenth of a second that no list command should wait for
    from pypdf.errors import PyPdfError

    if b"%PDF-" not in content[:1024]:
        raise WrongUsage(f"{name} is no PDF; save the certificate as PDF from UNI-PASS and give that file.")
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise WrongUsage(f"{name} is protected by a password; save it without protection and give that file.")
        pages = len(reader.pages)
        if not 1 <= pages <= MOST_PAGES:
            raise WrongUsage(f"{name} has {pages} pages; a certificate has 1 to {MOST_PAGES}.")
        return "\n".join(page.extract_text() for page in reader.pages).translate(_HYPHENS)
    except (PyPdfError, *_BROKEN) as wrong:
        raise WrongUsage(f"{name} is a broken PDF and cannot be read; fetch it again from UNI-PASS.") from wrong


def read(
    content: bytes, name: str, numbers: Sequence[ExportDeclarationNumber], *, unread: bool, sha256: str
) -> Certificate:
    """What a certificate says, held against the declaration numbers of the order.

    Raises:
        WrongUsage: the file is no readable PDF.
        RefusedByRule: a draft, another paper, another order's declaration, or a scan without `unread`.
    """
    text = text_of(content, name)
    compact = "".join(text.split())
    if len(compact) < LEAST_TEXT:
        return _scan(name, numbers, unread=unread, sha256=sha256)
    if _DRAFT.search(text):
        raise RefusedByRule(f"{name} is a draft (견본): it proves nothing. Fetch the issued certificate from UNI-PASS.")
    if "신고필증" not in compact:
        raise RefusedByRule(
            f"{name} does not call itself a certificate (수출신고필증); a declaration form is no evidence."
        )
    named = [number for number in numbers if number.printed in compact or str(number) in compact]
    if not named:
        other = _PRINTED.search(compact)
        says = f"names {other[0]}" if other else "names no declaration number"
        wanted = " or ".join(number.printed for number in numbers)
        raise RefusedByRule(f"{name} {says}; this order has {wanted}.")
    if len(named) > 1:
        found = ", ".join(number.printed for number in named)
        raise RefusedByRule(f"{name} names {found}; say which one it is of with --number.")
    issued = _ISSUED.search(text)
    return Certificate(
        number=named[0],
        sha256=sha256,
        electronic="전자문서" in compact,
        issue_number=issued[1] if issued else "",
    )


def _scan(name: str, numbers: Sequence[ExportDeclarationNumber], *, unread: bool, sha256: str) -> Certificate:
    if not unread:
        raise RefusedByRule(
            f"{name} has no text: it is a scan that cannot be checked. Fetch the PDF from UNI-PASS, "
            "or give --unread when a person has read it."
        )
    if len(numbers) != 1:
        raise RefusedByRule(
            f"{name} is a scan and the order has {len(numbers)} declarations; name its own by --number."
        )
    return Certificate(number=numbers[0], sha256=sha256, unread=True)


def certificates_of(stores: Stores, ucr: Ucr, kept: Sequence[StoredDocument]) -> tuple[Certificate, ...]:
    """The certificates among the papers of a consignment, with what was read in them.

    One that was kept without such a record belongs to the consignment's only declaration, or to none.
    """
    told = {
        facts.sha256: facts
        for paper in kept
        if paper.kind == FACTS
        for facts in [Certificate.model_validate_json(stores.documents.read(paper.sha256))]
    }
    papers = [paper for paper in kept if paper.kind == KIND]
    if any(paper.sha256 not in told for paper in papers):
        numbers = {row.number for row in stores.declarations.of_ucr(ucr) if row.number is not None}
        if len(numbers) == 1:
            [only] = numbers
            told |= {
                paper.sha256: Certificate(number=only, sha256=paper.sha256, unread=True)
                for paper in papers
                if paper.sha256 not in told
            }
    return tuple(told[paper.sha256] for paper in papers if paper.sha256 in told)
