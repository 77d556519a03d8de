"""What stands on the papers that travel with the goods, complete and checked before anything is drawn.

Fields follow what Korean customs, couriers and Chilean customs expect of each paper (korea-export 6). Weights are whole
grams, lengths centimetres, amounts exact ``Money`` in the paper's one currency. A disagreement between figures is a
ValueError of one sentence: a paper is either right or not printed. Texts are limited in length so that any valid model
fits its page.
"""

from tradelane.domain.papers.base import (
    Centimetres,
    Description,
    Hs6,
    Incoterm,
    Line,
    Marks,
    Name,
    Paper,
    PaperParty,
    Word,
)
from tradelane.domain.papers.commercial import CommercialInvoice, PaperHeader, PaperLine
from tradelane.domain.papers.origin import OriginLine, OriginRecord, OriginRecordLine, OriginStatement
from tradelane.domain.papers.packing import PackedLine, PackingList, PaperPackage
from tradelane.domain.papers.postal import Cn23, Cn23Line
from tradelane.domain.papers.worksheet import LEFT_EMPTY, NOT_CONFIRMED, Entry, Worksheet, WorksheetLine

__all__ = [
    "LEFT_EMPTY",
    "NOT_CONFIRMED",
    "Centimetres",
    "Cn23",
    "Cn23Line",
    "CommercialInvoice",
    "Description",
    "Entry",
    "Hs6",
    "Incoterm",
    "Line",
    "Marks",
    "Name",
    "OriginLine",
    "OriginRecord",
    "OriginRecordLine",
    "OriginStatement",
    "PackedLine",
    "PackingList",
    "Paper",
    "PaperHeader",
    "PaperLine",
    "PaperPackage",
    "PaperParty",
    "Word",
    "Worksheet",
    "WorksheetLine",
]
