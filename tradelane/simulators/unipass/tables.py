"""What customs publishes in the simulated world: codes, offices, companies (laws: `laws`). All of it is invented."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shortened:
    """Goods whose loading period is shorter than thirty days."""

    hsk: str
    goods: str
    form: str
    deadline: str

    def row(self) -> dict[str, str]:
        return {
            "hsSgn": self.hsk,
            "prnm": self.goods,
            "stszNm": self.form,
            "ffmnTmlmDt": self.deadline,
            "trgtImpEndDt": "",
        }


SHORTENED: tuple[Shortened, ...] = (
    Shortened("7404000000", "구리의 웨이스트와 스크랩", "전 규격", "20270331"),
    Shortened("0301991000", "활뱀장어", "", ""),
)


@dataclass(frozen=True)
class Code:
    """One row of a code list."""

    code: str
    name_ko: str
    name_en: str
    description: str = ""

    def row(self) -> dict[str, str]:
        return {
            "statsSgn": self.code,
            "koreAbrt": self.name_ko,
            "englAbrt": self.name_en,
            "koreBrkd": self.description,
            "itxRt": "",
        }


CODE_LISTS: dict[str, tuple[Code, ...]] = {
    "A01": (
        Code("010", "서울세관", "Seoul"),
        Code("020", "김포공항세관", "Gimpo Airport"),
        Code("040", "인천공항세관", "Incheon Airport"),
    ),
    "A04": (Code("CL", "칠레", "CHILE"), Code("KR", "대한민국", "KOREA"), Code("US", "미국", "UNITED STATES")),
    "A14": (Code("CT", "카톤", "CARTON", "종이상자"),),
}
"""Keyed by `statsSgnTp`; which list has which name is invented."""


@dataclass(frozen=True)
class Tariff:
    """One code of the tariff, with its units."""

    code: str
    name_ko: str
    name_en: str
    quantity_unit: str = "U"

    def row(self) -> dict[str, str]:
        return {
            "hsSgn": self.code,
            "korePrnm": self.name_ko,
            "englPrnm": self.name_en,
            "txtpSgn": "A",
            "txrt": "8",
            "wghtUt": "KG",
            "qtyUt": self.quantity_unit,
        }


TARIFF: tuple[Tariff, ...] = (
    Tariff("3304101000", "입술연지", "Lip rouge"),
    Tariff("3304991000", "기초화장용 제품류", "Skin care preparations"),
    Tariff("3304992000", "메이크업용 제품류", "Make-up preparations"),
    Tariff("3304999000", "기타 화장용 제품류", "Other beauty preparations"),
    Tariff("6109101000", "티셔츠", "T-shirts of cotton"),
    Tariff("6912001000", "식탁용품", "Tableware of ceramics"),
    Tariff("7404000000", "구리의 웨이스트와 스크랩", "Copper waste and scrap", ""),
)

DUTIES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "3304991000": (("A", "기본세율", "8"), ("C", "WTO 협정세율", "6.5"), ("FCL1", "한ㆍ칠레 FTA 협정세율", "0")),
    "6109101000": (("A", "기본세율", "13"),),
}
"""Code -> (kind, name, percent)."""

DRAWBACK: dict[str, tuple[str, str, str]] = {"3304991000": ("30", "2", "기초화장용 제품류")}
"""Code -> (won, for what: 1 = 10 dollars, 2 = 10,000 won; goods)."""

OFFICES: dict[str, tuple[tuple[str, str], ...]] = {
    "04799": (("010", "서울세관"),),
    "10499": (("010", "서울세관"),),
    "10899": (("010", "서울세관"),),
    "13599": (("010", "서울세관"),),
    "17399": (("020", "김포공항세관"),),
    "21999": (("040", "인천공항세관"),),
    "22382": (("040", "인천공항세관"), ("041", "인천공항국제우편세관")),
}
"""Postcode of a place -> the offices in charge of it; some places have two."""


@dataclass(frozen=True)
class Company:
    """A company with a customs clearance code. Names are invented, as are its people."""

    code: str
    name: str
    business_number: str
    in_use: str = "Y"
    simplified_drawback: str = ""
    """Day from which it uses simplified drawback, `yyyymmdd`; empty when it never asked."""
    excluded: str = ""

    def row(self) -> dict[str, str]:
        return {
            "ecm": self.code,
            "conmNm": self.name,
            "bsnsNo": self.business_number,
            "rppnNm": "가나다",
            "bslcBscsAddr": "서울특별시 없는구 없는길 1",
            "rprsTelno": "02-0000-0000",
            "useYn": self.in_use,
        }


COMPANIES: tuple[Company, ...] = (
    Company("하늘결**9261011", "주식회사 하늘결", "9908611034", simplified_drawback="20240102"),
    Company("하늘결**9261029", "하늘결유통", "9908611048", in_use="N"),
    Company("옹기마을9221012", "옹기마을공방", "9908611053", excluded="20250301"),
)

FOREIGN: tuple[tuple[str, str, str], ...] = (
    ("CL", "CLANDESB0001A", "ANDES BELLEZA SPA"),
    ("CL", "CLANDESC0001B", "ANDES CASA SPA"),
    ("HK", "HKBOARAM0009Z", "BOARAM TRADING LTD"),
)
"""Country, code, name."""

BROKERS: tuple[tuple[str, str, str, str, str], ...] = (
    ("6N904", "나라관세", "나라관세법인", "010", "서울세관"),
    ("6N905", "바다관세", "바다관세사무소", "040", "인천공항세관"),
)
"""Declarant code, name, firm, office code and name."""
