"""Search attributes: what the desk can look for. Plain text on the server, so never personal data.

Within SQL visibility's budget (10 Keyword, 3 Datetime, 3 KeywordList).
"""

from __future__ import annotations

from temporalio.common import SearchAttributeKey

STAGE = SearchAttributeKey.for_keyword("Stage")
SELLER = SearchAttributeKey.for_keyword("Seller")
WAYBILL = SearchAttributeKey.for_keyword("Waybill")
TRACKING_NUMBER = SearchAttributeKey.for_keyword("TrackingNumber")
EXPORTER = SearchAttributeKey.for_keyword_list("Exporter")
DECLARATION_NUMBER = SearchAttributeKey.for_keyword_list("DeclarationNumber")
HOLD = SearchAttributeKey.for_keyword_list("Hold")
DUE_AT = SearchAttributeKey.for_datetime("DueAt")
LOAD_BEFORE = SearchAttributeKey.for_datetime("LoadBefore")
SHIP_BY = SearchAttributeKey.for_datetime("ShipBy")

TYPES: dict[str, str] = {
    STAGE.name: "Keyword",
    SELLER.name: "Keyword",
    WAYBILL.name: "Keyword",
    TRACKING_NUMBER.name: "Keyword",
    EXPORTER.name: "KeywordList",
    DECLARATION_NUMBER.name: "KeywordList",
    HOLD.name: "KeywordList",
    DUE_AT.name: "Datetime",
    LOAD_BEFORE.name: "Datetime",
    SHIP_BY.name: "Datetime",
}
"""Name -> type as `temporal operator search-attribute create` wants it; registered when the engine starts."""
