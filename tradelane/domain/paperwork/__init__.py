"""From a consignment and its declarations to the papers: pure, so that the same plan always makes the same bytes."""

from tradelane.domain.paperwork.agreement import PapersDisagree, agree
from tradelane.domain.paperwork.commercial import commercial_invoice, packing_list
from tradelane.domain.paperwork.origin import kept, origin_statement
from tradelane.domain.paperwork.postal import cn23
from tradelane.domain.paperwork.worksheet import WorksheetCodes, worksheet

__all__ = [
    "PapersDisagree",
    "WorksheetCodes",
    "agree",
    "cn23",
    "commercial_invoice",
    "kept",
    "origin_statement",
    "packing_list",
    "worksheet",
]
