"""The fields of KTNET's documents: which are mandatory, how long they may be, what they may hold.

Text is measured in EUC-KR bytes, because that is how wide the boxes of the customs form are: a Hangul syllable counts two.
Source: docs/counterparties/ktnet.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

Json = Mapping[str, object]

CUSTOMS_CODE = re.compile(r"([가-힣]{2}\*{4}|[가-힣]{3}\*{2}|[가-힣]{4})[0-9A-Za-z]{7}")
BUYER_NAME = re.compile(r"[a-zA-Z.,\- ]+")
GOODS_TEXT = re.compile(r"[\x20-\x25\x27-\x3b\x3d\x3f-\x7e]+")  # printable ASCII without < > &
DIGITS = re.compile(r"[0-9]+")
HSK = re.compile(r"[0-9]{10}")
YES_NO = re.compile(r"[YN]")
DECLARANT = re.compile(r"[0-9A-Z]{5}")
COUNTRY = re.compile(r"[A-Z]{2}")
CURRENCY = re.compile(r"[A-Z]{3}")
LOCODE = re.compile(r"[A-Z]{2}[A-Z0-9]{3}")
REGISTRATION = re.compile(r"[0-9]{10}")
POSTCODE = re.compile(r"[0-9]{5}")
NOT_A_TRANSPORT_UNIT = re.compile(r"(?!PK$|PT$)[A-Z]{2}")


class Violation(Exception):
    """The first rule a document breaks, as the sentence KTNET answers; `position` names the field."""

    def __init__(self, position: str, sentence: str) -> None:
        super().__init__(f"[{position}] {sentence}")
        self.position = position


@dataclass(frozen=True)
class Field:
    """A text field of `size` EUC-KR bytes; `form` must match the whole text."""

    name: str
    size: int
    mandatory: bool = True
    form: re.Pattern[str] | None = None

    def check(self, value: object, position: str) -> None:
        """Raises Violation when the value is not text, too long or of another form."""
        if not isinstance(value, str):
            raise Violation(position, "문자열이어야 합니다.")
        try:
            width = len(value.encode("euc-kr"))
        except UnicodeEncodeError:
            raise Violation(position, "EUC-KR로 표현할 수 없는 문자가 있습니다.") from None
        if width > self.size:
            raise Violation(position, f"최대 길이 {self.size} byte를 초과하였습니다. ({width})")
        if self.form is not None and not self.form.fullmatch(value):
            raise Violation(position, "형식이 올바르지 않습니다.")


@dataclass(frozen=True)
class Day:
    """A calendar day, `yyyymmdd`."""

    name: str
    mandatory: bool = True

    def check(self, value: object, position: str) -> None:
        """Raises Violation when the value is not a day that exists."""
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{8}", value):
            raise Violation(position, "일자는 yyyymmdd 형식이어야 합니다.")
        try:
            datetime.strptime(value, "%Y%m%d").date()  # noqa: DTZ007 - a calendar day has no zone
        except ValueError:
            raise Violation(position, "존재하지 않는 일자입니다.") from None


@dataclass(frozen=True)
class Number:
    """A number of at most `digits` places, `decimals` of them behind the point; never negative."""

    name: str
    digits: int
    decimals: int = 0
    mandatory: bool = True

    def check(self, value: object, position: str) -> None:
        """Raises Violation when the value is not such a number."""
        amount = decimal(value)
        if amount is None or amount < 0:
            raise Violation(position, "숫자여야 합니다.")
        whole, exact = 10 ** (self.digits - self.decimals), amount.quantize(Decimal(1).scaleb(-self.decimals))
        if amount >= whole or exact != amount:
            raise Violation(position, f"숫자 길이({self.digits},{self.decimals})를 초과하였습니다.")


@dataclass(frozen=True)
class Rows:
    """A list of at least one object, each with these fields."""

    name: str
    fields: tuple[Field | Day | Number | Rows, ...]
    mandatory: bool = True

    def check(self, value: object, position: str) -> None:
        """Raises Violation when the value is not such a list."""
        if not isinstance(value, list) or not value:
            raise Violation(position, "1건 이상의 목록이어야 합니다.")
        for number, row in enumerate(value, 1):
            if not isinstance(row, dict):
                raise Violation(f"{position}[{number}]", "객체여야 합니다.")
            check(self.fields, row, f"{position}[{number}].")


def check(fields: Iterable[Field | Day | Number | Rows], document: Json, prefix: str = "") -> None:
    """Checks every field of one object; raises Violation for the first that is missing or wrong."""
    for field in fields:
        value = document.get(field.name)
        if value is None or value == "":
            if field.mandatory:
                raise Violation(prefix + field.name, "필수 입력 항목입니다.")
            continue
        field.check(value, prefix + field.name)


def decimal(value: object) -> Decimal | None:
    """A JSON number or the text of one as an exact number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def amount(document: Json, name: str) -> Decimal:
    """A field already checked to be a number; zero when it is left out."""
    return decimal(document.get(name)) or Decimal(0)


def rows(document: Json, name: str) -> list[Json]:
    """A field already checked to be a list of objects."""
    value = document.get(name)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


ITEM = (
    Field("ItemNo", 2, form=DIGITS),
    Field("ItemCode", 50, mandatory=False),
    Field("GoodsName", 300, form=GOODS_TEXT),
    Field("Component", 70, mandatory=False, form=GOODS_TEXT),
    Number("ItemQuantity", 14, 4),
    Field("ItemQuantityUnitCode", 3, mandatory=False),
    Number("UnitPrice", 18, 6),
    Number("Amount", 16, 4),
)

LINE = (
    Field("RanNo", 3, form=DIGITS),
    Field("HSCode", 10, form=HSK),
    Field("HSGoodsDesc", 50, form=GOODS_TEXT),
    Field("GoodsDesc", 50, form=GOODS_TEXT),
    Field("InvoiceNo", 17, mandatory=False),
    Field("BrandName", 30, mandatory=False, form=GOODS_TEXT),
    Number("DeclAmount1", 18),
    Number("DeclAmount2", 12, mandatory=False),
    Number("NetWeight", 16, 3),
    Field("NetWeightUnitCode", 3),
    Number("Quantity", 10, mandatory=False),
    Field("QuantityUnitCode", 3, mandatory=False),
    Number("PackageQuantity", 10, mandatory=False),
    Field("PackageUnitCode", 2, mandatory=False, form=NOT_A_TRANSPORT_UNIT),
    Field("OriginCountryCode", 2, form=COUNTRY),
    Field("OriginMarkCode1", 1, mandatory=False),
    Field("OriginMarkCode2", 1, mandatory=False),
    Field("OriginMarkCode3", 1, mandatory=False),
    Field("AttachYN", 1, form=YES_NO),
    Rows("ItemList", ITEM),
)

DECLARATION = (
    Field("SellerPartyId", 35),
    Field("OrderNo", 50),
    Field("AutoDeclaration", 1, form=YES_NO),
    Field("RequestType", 1, form=re.compile("S")),
    Field("ApplicationCompanyName", 50),
    Field("ApplicationId", 5, form=DECLARANT),
    Field("ApplicationPartyCeoName", 12),
    Field("AgencyCompanyName", 28),
    Field("AgencyCustomsId", 15, mandatory=False, form=CUSTOMS_CODE),
    Field("ExportPartyTypeCode", 1, form=re.compile("[ABCD]")),
    Field("ExportPartyCompanyName", 28),
    Field("ExportPartyCeoName", 12),
    Field("ExportPartyAddress", 150),
    Field("ExportPartyRegistNo", 13, form=REGISTRATION),
    Field("ExportPartyCustomsId", 15, form=CUSTOMS_CODE),
    Field("ExportPartyZipCode", 5, form=POSTCODE),
    Field("MakerName", 28),
    Field("MakerCustomsId", 15, mandatory=False, form=CUSTOMS_CODE),
    Field("MakerZipCode", 5, form=POSTCODE),
    Field("ManufactureLocCode", 3, mandatory=False),
    Field("BuyerPartyEngName", 60, form=BUYER_NAME),
    Field("BuyerPartyId", 13, mandatory=False, form=re.compile(r"[A-Z]{2}[A-Z0-9]{1,11}")),
    Field("CustomsCode", 3, form=re.compile(r"[0-9]{3}")),
    Field("CustomsDeptCode", 2, form=re.compile(r"[0-9]{2}")),
    Day("DeclarationDate"),
    Field("DeclarationType", 1, form=re.compile("H")),
    Field("TransactionType", 3, form=re.compile("11|15|29|83|84|94|100|101")),
    Field("ExportType", 1, mandatory=False),
    Field("PaymentTypeCode", 2, form=re.compile("CD|DA|DP|GN|GO|LH|LS|LU|PT|TT|OA")),
    Field("DestinationCountryCode", 2, form=COUNTRY),
    Field("LoadingLocPortCode", 5, form=LOCODE),
    Field("LoadingLocPortType", 3, form=re.compile("[36]")),
    Field("TransportMeansCode", 2, mandatory=False),
    Field("TransportCaseCode", 3, mandatory=False, form=re.compile("ETC|FC|LC|BU")),
    Field("GoodsLocZipCode", 5, form=POSTCODE),
    Field("GoodsLocAddress", 70),
    Field("GoodsUsedCode", 1, mandatory=False, form=re.compile("N")),
    Field("RefundCode", 1, mandatory=False, form=re.compile("[12]")),
    Field("CustomsTaxRefundRequest", 2, form=re.compile("NO|AD")),
    Field("ContainerIndicator", 1, mandatory=False, form=YES_NO),
    Number("TotalPackageWeight", 16, 3),
    Field("TotalPackageWeightUnitCode", 3),
    Number("TotalPackageQuantity", 6),
    Field("TotalPackageUnitCode", 3, form=NOT_A_TRANSPORT_UNIT),
    Number("TotalDeclAmountKRW", 15),
    Number("TotalDeclAmountUSD", 12, mandatory=False),
    Number("FreightAmount", 12, mandatory=False),
    Number("InsuranceAmount", 12, mandatory=False),
    Field("DeliveryTermsCode", 3),
    Field("PaymentCurrencyCode", 3, form=CURRENCY),
    Number("PaymentAmount", 15, 2),
    Number("USDExchangeRate", 9, 4, mandatory=False),
    Number("PaymentExchangeRate", 9, 4),
    Field("FunctionCode", 2, mandatory=False),
    Field("ResponseTypeCode", 2),
    Number("TotalRan", 3),
    Field("ApplicationNotice", 500, mandatory=False),
    Field("CarrierCompanyId", 4, mandatory=False),
    Field("CarrierCompanyName", 25, mandatory=False),
    Field("CarrierName", 35, mandatory=False),
    Field("FinalTransportPlaceCode", 8, mandatory=False),
    Day("EstimatedDepartureDate", mandatory=False),
    Rows("RanList", LINE),
)

AMENDMENT = (
    Field("MallId", 35),
    Field("SellerPartyId", 35, mandatory=False),
    Field("SellerPartyRegistNo", 10, form=REGISTRATION),
    Field("OrderNo", 50),
    Field("RequestType", 1, form=re.compile("S")),
    Field("ApplicationType", 1, form=re.compile("[ABC]")),
    Field("AmendReasonCode", 2),
    Field("ReasonsAttributableCode", 1),
    Field("AmendReason", 200),
    Field("ExportDeclarationNo", 15, form=re.compile(r"[0-9A-Z]{5}[0-9]{8}X")),
    Field("CustomsCode", 3, mandatory=False),
    Field("CustomsDeptCode", 2, mandatory=False),
    Day("ApplicationDate", mandatory=False),
    Field("ApplicationPartyCeoName", 12, mandatory=False),
    Field("ApplicationCompanyName", 28, mandatory=False),
    Field("ExportPartyName", 28, mandatory=False),
    Field("ExportPartyCustomsId", 15, mandatory=False, form=CUSTOMS_CODE),
    Field("ExportPartyDeclarationId", 5, mandatory=False, form=DECLARANT),
    Field("AmendRequestTerms", 500, mandatory=False),
)

STATUS = (
    Field("MallId", 35),
    Field("SellerPartyId", 35, mandatory=False),
    Field("OrderNo", 50),
    Field("DocumentTypeCode", 3, form=re.compile("830|5AS")),
)
