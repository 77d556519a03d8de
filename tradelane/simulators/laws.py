"""Laws under which goods need confirmation by the customs head (세관장확인대상) in the simulated world; all invented.

UNI-PASS publishes them (API029), KTNET takes no simplified declaration of such goods (korea-export, section 1.2).

The codes of the demo's goods need no confirmation for export, as most consumer goods; some need one for import, which
must not matter to an exporter. Names of laws are real words, what they are said to ask for is made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

EXPORT, IMPORT = "1", "2"
OPEN_END = "99991231"


@dataclass(frozen=True)
class Law:
    """A law under which goods of a code need confirmation by the customs head, in one direction."""

    hsk: str
    direction: str
    code: str
    name: str
    office_code: str
    office: str
    paper: str
    first_day: str
    last_day: str = OPEN_END

    def row(self) -> dict[str, str]:
        return {
            "hsSgn": self.hsk,
            "dcerCfrmLworCd": self.code,
            "dcerCfrmLworNm": self.name,
            "reqApreIttCd": self.office_code,
            "reqApreIttNm": self.office,
            "reqCfrmIstmNm": self.paper,
            "aplyStrtDt": self.first_day,
            "aplyEndDt": self.last_day,
            "imexTp": self.direction,
        }


COSMETICS = ("3304101000", "3304991000", "3304992000", "3304999000")
LAWS: tuple[Law, ...] = (
    *(
        Law(hsk, IMPORT, "52", "화장품법", "A07", "한국의약품수출입협회", "표준통관예정보고서", "20120205")
        for hsk in COSMETICS
    ),
    Law("3002120000", EXPORT, "37", "혈액관리법", "A01", "보건복지부", "수출허가서", "20150101"),
    Law("3002120000", EXPORT, "15", "감염병의 예방 및 관리에 관한 법률", "A02", "질병관리청", "반출허가서", "20200912"),
    Law("3002120000", IMPORT, "37", "혈액관리법", "A01", "보건복지부", "수입허가서", "20150101"),
    Law(
        "9303200000",
        EXPORT,
        "22",
        "총포ㆍ도검ㆍ화약류 등의 안전관리에 관한 법률",
        "B03",
        "경찰청",
        "수출허가증",
        "20100101",
    ),
    # the same goods were under one law until a day and are under another from a day on
    Law(
        "0301991000",
        EXPORT,
        "61",
        "수산생물질병 관리법",
        "C01",
        "국립수산물품질관리원",
        "검역증명서",
        "20120722",
        "20261231",
    ),
    Law("0301991000", EXPORT, "62", "수산자원관리법", "C02", "해양수산부", "반출허가서", "20270101"),
)


def confirmed_for_export(hsk: str, day: date) -> bool:
    """Whether goods of a code need confirmation when they are exported on a day."""
    on = day.strftime("%Y%m%d")
    return any(law.first_day <= on <= law.last_day for law in LAWS if (law.hsk, law.direction) == (hsk, EXPORT))
