"""UNI-PASS answers for tests, written from docs/counterparties/unipass.md; all values invented."""

from __future__ import annotations

from pydantic import SecretStr

from tests.adapters.counterparty import Counterparty
from tradelane.adapters.unipass import UnipassAccess, UnipassCustoms, UnipassLibrary
from tradelane.domain.identifiers import ExportDeclarationNumber
from tradelane.ports import PublishedRates

NUMBER = ExportDeclarationNumber("6N00226000123X")
NUMBERS = [
    "002",
    "010",
    "011",
    "012",
    "013",
    "014",
    "015",
    "016",
    "017",
    "018",
    "019",
    "029",
    "030",
    "031",
    "035",
    "051",
    "052",
    "053",
]


def access(*without: str) -> UnipassAccess:
    """A key for every service, but for some."""
    keys = {f"API{n}": SecretStr(f"key-of-{n}") for n in NUMBERS if f"API{n}" not in without}
    return UnipassAccess(base_url="https://u.example/ext/rest", keys=keys)


def customs(party: Counterparty, *without: str, books: PublishedRates | None = None) -> UnipassCustoms:
    return UnipassCustoms(access(*without), party.client(), books)


def library(party: Counterparty, *without: str) -> UnipassLibrary:
    return UnipassLibrary(access(*without), party.client())


def row(name: str, **elements: str) -> str:
    """One row; an element without text is empty."""
    inner = "".join(f"<{key}>{text}</{key}>" if text else f"<{key}/>" for key, text in elements.items())
    return f"<{name}>{inner}</{name}>"


def answer(root: str, *rows: str, count: int | str | None = None, notice: str = "") -> str:
    """An answer with so many rows, or with a count of its own."""
    number = len(rows) if count is None else count
    return f"<{root}><tCnt>{number}</tCnt><ntceInfo>{notice}</ntceInfo>{''.join(rows)}</{root}>"


def rate(currency: str = "USD", won: str = "1389.57", first_day: str = "20261122", kind: str = "1") -> str:
    return row(
        "trifFxrtInfoQryRsltVo",
        cntySgn="US",
        mtryUtNm="",
        fxrt=won,
        currSgn=currency,
        aplyBgnDt=first_day,
        imexTp=kind,
        newThing="x",
    )


def rates(*rows: str, count: int | str | None = None, notice: str = "") -> str:
    return answer("trifFxrtInfoQryRtnVo", *rows, count=count, notice=notice)


def state(*rows: str, count: int | str = 0, notice: str = "") -> str:
    return answer("expDclrNoPrExpFfmnBrkdQryRtnVo", *rows, count=count, notice=notice)


def master(**elements: str) -> str:
    told = {
        "expDclrNo": str(NUMBER),
        "exppnConm": "예시상사",
        "mnurConm": "",
        "acptDt": "20261124",
        "loadDtyTmlm": "20261224",
        "shpmCmplYn": "N",
        "sanm": "",
    }
    return row("expDclrNoPrExpFfmnBrkdQryRsltVo", **told | elements)


def detail(day: str = "20261126", waybill: str = "1234567891", **elements: str) -> str:
    return row("expDclrNoPrExpFfmnBrkdDtlQryRsltVo", **{"blNo": waybill, "tkofDt": day} | elements)


def law(hsk: str = "3002120000", **elements: str) -> str:
    told = {
        "hsSgn": hsk,
        "dcerCfrmLworCd": "37",
        "dcerCfrmLworNm": "혈액관리법",
        "reqApreIttNm": "보건복지부",
        "reqCfrmIstmNm": "수출허가서",
        "aplyStrtDt": "20150101",
        "aplyEndDt": "99991231",
        "imexTp": "1",
    }
    return row("CcctLworCdQryRsltVo", **told | elements)


def laws(*rows: str, count: int | str | None = None, notice: str = "") -> str:
    return answer("ccctLworCdQryRtnVo", *rows, count=count, notice=notice)


def shortened(*rows: str, count: int | str | None = None) -> str:
    return answer("expFfmnPridShrtTrgtPrlstQryRtnVo", *rows, count=count)


def short_goods(**elements: str) -> str:
    return row("expFfmnPridShrtTrgtPrlstQryRsltVo", **elements)
