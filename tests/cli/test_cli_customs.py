"""`tradelane customs` against the simulated UNI-PASS, over a real socket, and against our own books."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import uvicorn

from cli.frame import run
from cli.main import app
from tests.lane import QuietServer
from tradelane.domain.trade_time import TradeClock
from tradelane.ports import PublishedRate, RateKind
from tradelane.processes import free_ports
from tradelane.settings import Settings
from tradelane.simulators.app import create_app
from tradelane.simulators.clock import HeldClock, iso
from tradelane.simulators.stage import Stage
from tradelane.stores import open_stores

NOON = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # a Monday, noon in Seoul
NUMBER = "6N90426000001X"
Told = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    clock = TradeClock(trade_epoch=NOON, real_epoch=datetime.now(UTC), pace=1.0)
    (data / "clock.json").write_text(clock.model_dump_json(), encoding="utf-8")
    monkeypatch.setenv("TRADELANE_DATA_DIR", str(data))
    monkeypatch.setenv("TRADELANE_SIMULATORS_PORT", str(free_ports("127.0.0.1", 1)[0]))
    return tmp_path


@pytest.fixture
def stage(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """The simulators behind a socket, while the command runs in this thread."""
    made = Stage(own_folder / "stage", HeldClock(NOON))
    [port] = free_ports("127.0.0.1", 1)
    monkeypatch.setenv("TRADELANE_SIMULATORS_PORT", str(port))
    config = uvicorn.Config(create_app(made, ["unipass"]), host="127.0.0.1", port=port, log_level="error")
    server = QuietServer(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield made
    server.should_exit = True
    thread.join()
    made.close()


def told(capsys: Told, *words: str, code: int = 0) -> str:
    """What a command printed; its complaint when it ends with another code than 0."""
    capsys.readouterr()
    assert run(app, ["customs", *words]) == code, capsys.readouterr().err
    said = capsys.readouterr()
    return said.err if code else said.out


def declare(stage: Stage) -> None:
    stage.connection().execute(
        "INSERT INTO declarations (number, order_no, exporter, accepted_at, load_before, state, loaded_at)"
        " VALUES (?, '6KRMLC44000000017-1', '옹기마을공방', ?, ?, 'accepted', NULL)",
        (NUMBER, iso(NOON), "2026-12-23T14:59:59.000000+00:00"),
    )


# --- rates -----------------------------------------------------------------------------------------------------------


def test_the_rate_of_this_week_is_shown_and_its_import_rate_is_another(stage: Stage, capsys: Told) -> None:
    [exported] = json.loads(told(capsys, "rate", "usd", "--json"))
    [imported] = json.loads(told(capsys, "rate", "USD", "--day", "2026-11-28", "--import", "--json"))
    assert (exported["kind"], exported["day"], exported["source"]) == (
        "customs_export",
        "2026-11-22",
        "UNI-PASS API012",
    )
    assert (imported["kind"], imported["day"]) == ("customs_import", "2026-11-22")
    assert float(exported["krw_per_unit"]) < float(imported["krw_per_unit"])
    assert exported["krw_per_unit"] in told(capsys, "rate", "show", "USD")


def test_a_week_that_is_not_published_is_not_found(stage: Stage, capsys: Told) -> None:
    assert "2026-12-13" in told(capsys, "rate", "USD", "--day", "2026-12-16", code=5)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("rate", "EURO"), "ISO 4217"),
        (("rate", "KRW"), "the won itself"),
        (("rate", "USD", "--day", "23.11.2026"), "no day"),
        (("rate", "USD", "--day", "2026-02-30"), "no day"),
        (("hs", "1"), "2 to 10 digits"),
        (("requirements", "3304"), "10 digits"),
        (("office", "0479"), "5 digits"),
        (("declaration", "6N904260000012"), "final X"),
        (("drawback", "nothing"), "HSK"),
        (("foreign-party", "Chile", "ANDES"), "country"),
    ],
)
def test_what_cannot_be_asked_is_wrong_usage_in_one_sentence(
    stage: Stage, capsys: Told, words: tuple[str, ...], sentence: str
) -> None:
    said = told(capsys, *words, code=2)
    assert sentence in said and said.count("\n") == 1


def test_a_rate_read_by_hand_is_written_down_and_shown(capsys: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADELANE_CUSTOMS", "manual")
    assert "tradelane customs rate set USD" in told(capsys, "rate", "USD", code=5)
    source = "UNI-PASS web, 2026-11-20"
    told(capsys, "rate", "set", "USD", "1389.57", "--week", "2026-11-22", "--source", source)
    [shown] = json.loads(told(capsys, "rate", "USD", "--json"))
    assert (shown["krw_per_unit"], shown["source"]) == ("1389.57", source)
    again = told(capsys, "rate", "set", "USD", "1398.57", "--week", "2026-11-22", "--source", "kim, telephone")
    assert f"It replaced 1389.57 of {source}." in again


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("USD", "1389.57", "--week", "2026-11-23", "--source", "web"), "here 2026-11-22"),
        (("USD", "1,389.57", "--week", "2026-11-22", "--source", "web"), "without separators"),
        (("USD", "0", "--week", "2026-11-22", "--source", "web"), "above zero"),
        (("USD", "-1", "--week", "2026-11-22", "--source", "web"), ""),
        (("USD", "1e3", "--week", "2026-11-22", "--source", "web"), "krw_per_unit"),
        (("USD", "1389.57", "--week", "2026-11-22", "--source", " "), "--source"),
        (("USD", "1389.57", "--week", "2026-11-22"), "--source"),
        (("USD", "1389.57", "--week", "2026-11-22", "--source", "web", "--kind", "spot"), "customs_export"),
    ],
)
def test_a_rate_that_cannot_be_right_is_not_written_down(capsys: Told, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in told(capsys, "rate", "set", *words, code=2)
    assert json.loads(told(capsys, "rate", "list", "--first", "2026-01-01", "--last", "2026-12-31", "--json")) == []


def test_a_file_of_base_rates_is_taken_and_listed(capsys: Told, own_folder: Path) -> None:
    file = own_folder / "rates.csv"
    text = "\ufeffDay,Currency,KRW_per_unit,note\r\n2026-11-23,USD,1391.20,\r\n\r\n2026-11-23,jpy,9.3150,per 1\r\n"
    file.write_text(text, encoding="utf-8", newline="")
    assert "2 rates" in told(capsys, "rate", "import", str(file), "--source", "Seoul Money Brokerage")
    listed = json.loads(
        told(capsys, "rate", "list", "--kind", "base", "--first", "2026-11-23", "--last", "2026-11-23", "--json")
    )
    assert [(one["currency"], one["krw_per_unit"]) for one in listed] == [("JPY", "9.3150"), ("USD", "1391.20")]
    assert {one["source"] for one in listed} == {"Seoul Money Brokerage"}


SET = ("rate", "set", "USD")
WEEK = ("--week", "2026-11-22", "--source", "web")


@pytest.mark.parametrize("won", ["1", "13895.70", "138.957", "1667.49", "1111.65"])
def test_a_rate_far_from_the_known_one_needs_a_reason_that_is_kept(capsys: Told, won: str) -> None:
    """1389.57 and a fifth of it: 1111.656 to 1667.484 is taken as it is."""
    told(capsys, *SET, "1389.57", "--week", "2026-11-15", "--source", "UNI-PASS web")
    said = told(capsys, *SET, won, *WEEK, code=3)
    assert "1389.57 (customs_export, 2026-11-15, UNI-PASS web)" in said and "--insist" in said
    assert "says why" in told(capsys, *SET, won, *WEEK, "--insist", " ", code=2)
    told(capsys, *SET, won, *WEEK, "--insist", "the crisis of November")
    listed = json.loads(told(capsys, "rate", "list", "--first", "2026-11-22", "--last", "2026-11-22", "--json"))
    assert [one["source"] for one in listed] == ["web; insisted: the crisis of November"]


@pytest.mark.parametrize("won", ["1667.48", "1111.66", "1389.57"])
def test_a_rate_near_the_known_one_is_taken(capsys: Told, won: str) -> None:
    told(capsys, *SET, "1389.57", "--week", "2026-11-15", "--source", "UNI-PASS web")
    assert "first rate" not in told(capsys, *SET, won, *WEEK)


def test_the_first_rate_of_a_currency_is_taken_with_a_word_that_nothing_was_there_to_compare(capsys: Told) -> None:
    assert "first rate of USD here" in told(capsys, *SET, "1389.57", *WEEK)


def test_what_customs_itself_has_said_is_not_replaced_without_a_reason(capsys: Told, own_folder: Path) -> None:
    """A slip of a few won is near enough to look right, and the books would prove another amount than the paper."""
    with open_stores(Settings()) as stores:
        told_by_customs = PublishedRate(
            kind=RateKind.CUSTOMS_EXPORT, currency="USD", day=date(2026, 11, 22), krw_per_unit=Decimal("1389.57"),
            source="UNI-PASS API012",
        )  # fmt: skip
        stores.published_rates.put([told_by_customs])
    assert "customs itself (UNI-PASS API012) says 1389.57" in told(capsys, *SET, "1398.57", *WEEK, code=3)
    file = own_folder / "rates.csv"
    file.write_text(f"{HEAD}USD,2026-11-22,1398.57\n")
    taking = ("rate", "import", str(file), "--kind", "customs_export", "--source", "web")
    assert "customs itself (UNI-PASS API012) says 1389.57" in told(capsys, *taking, code=3)
    told(capsys, *SET, "1389.57", *WEEK)
    with open_stores(Settings()) as stores:
        stores.published_rates.put([told_by_customs])
    told(capsys, *SET, "1398.57", *WEEK, "--insist", "corrected by notice 2026-117")


def test_a_base_rate_is_held_against_the_rates_of_customs(capsys: Told, own_folder: Path) -> None:
    told(capsys, *SET, "1389.57", *WEEK)
    file = own_folder / "rates.csv"
    file.write_text(f"{HEAD}USD,2026-11-20,1391.20\nUSD,2026-11-23,139.12\n")
    asked = ("rate", "import", str(file), "--source", "accountant")
    assert "line 3: 139.12 won for one USD" in told(capsys, *asked, code=3)
    between = ("rate", "list", "--kind", "base", "--first", "2026-01-01", "--last", "2026-12-31", "--json")
    assert json.loads(told(capsys, *between)) == []
    assert "2 rates" in told(capsys, *asked, "--insist", "so it was printed")
    assert {one["source"] for one in json.loads(told(capsys, *between))} == {"accountant; insisted: so it was printed"}


def test_rates_of_a_file_are_held_against_one_another(capsys: Told, own_folder: Path) -> None:
    file = own_folder / "rates.csv"
    file.write_text(f"{HEAD}JPY,2026-11-20,9.3150\nUSD,2026-11-20,1391.20\nJPY,2026-11-23,931.50\n")
    said = told(capsys, "rate", "import", str(file), "--source", "accountant", code=3)
    assert "line 4: 931.50 won for one JPY" in said and "USD" not in said and said.count("\n") == 1


def test_a_rate_of_a_day_to_come_cannot_have_been_published(capsys: Told, own_folder: Path) -> None:
    """Today is Monday, 23 November 2026: next week's customs rate may be out, tomorrow's base rate is not."""
    told(capsys, *SET, "1389.57", "--week", "2026-11-29", "--source", "web")
    assert "is to come" in told(capsys, *SET, "1389.57", "--week", "2026-12-06", "--source", "web", code=2)
    base = ("--source", "web", "--kind", "base")
    told(capsys, *SET, "1389.57", "--week", "2026-11-23", *base)
    assert "is to come" in told(capsys, *SET, "1389.57", "--week", "2026-11-24", *base, code=2)


def test_rates_are_not_read_from_a_folder_or_a_pipe(capsys: Told, own_folder: Path) -> None:
    os.mkfifo(own_folder / "pipe.csv")
    for name in ("pipe.csv", "."):
        said = told(capsys, "rate", "import", str(own_folder / name), "--source", "accountant", code=2)
        assert "cannot be read: it is a" in said


HEAD = "currency,day,krw_per_unit\n"
BAD_FILES: dict[str, tuple[bytes, str]] = {
    "no heading": (b"USD,2026-11-23,1391.20\n", "wants a heading"),
    "a column twice": (b"currency,day,day,krw_per_unit\n", "day is not there once"),
    "empty": (b"", "wants a heading"),
    "heading alone": (HEAD.encode(), "no rates below"),
    "thousands separators": (f"{HEAD}USD,2026-11-23,1,391.20\n".encode(), "line 2"),
    "quoted separators": (f'{HEAD}USD,2026-11-23,"1,391.20"\n'.encode(), "without separators"),
    "a word": (f"{HEAD}USD,2026-11-23,many\n".encode(), "line 2"),
    "a formula": (f"{HEAD}USD,2026-11-23,=1391.20\n".encode(), "line 2"),
    "for a hundred yen": (f"{HEAD}JPY(100),2026-11-23,931.50\n".encode(), "divided by 100"),
    "another day": (f"{HEAD}USD,23/11/2026,1391.20\n".encode(), "write it as 2026-11-22"),
    "twice": (f"{HEAD}USD,2026-11-23,1391.20\nUSD,2026-11-23,1391.30\n".encode(), "line 2 already"),
    "one wrong row of two": (f"{HEAD}USD,2026-11-23,1391.20\nXXQ,2026-11-23,1\n".encode(), "line 3"),
    "EUC-KR": (f"{HEAD}USD,2026-11-23,1391.20,원\n".encode("euc-kr"), "not UTF-8"),
    "UTF-16": (f"{HEAD}USD,2026-11-23,1391.20\n".encode("utf-16"), "not UTF-8"),
    "a workbook": (b"PK\x03\x04\x00\x00", "no CSV"),
    "an open quote": (f'{HEAD}"USD,2026-11-23,1391.20\n'.encode(), "no CSV"),
}


@pytest.mark.parametrize(("content", "sentence"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_of_a_file_with_a_fault_nothing_is_taken(capsys: Told, own_folder: Path, content: bytes, sentence: str) -> None:
    file = own_folder / "rates.csv"
    file.write_bytes(content)
    assert sentence in told(capsys, "rate", "import", str(file), "--source", "accountant", code=2)
    between = ("--first", "2026-01-01", "--last", "2026-12-31", "--kind", "base", "--json")
    assert json.loads(told(capsys, "rate", "list", *between)) == []


def test_a_file_that_is_not_there_is_said_to_be_so(capsys: Told, own_folder: Path) -> None:
    said = told(capsys, "rate", "import", str(own_folder / "none.csv"), "--source", "accountant", code=2)
    assert "cannot be read" in said


# --- codes and requirements ------------------------------------------------------------------------------------------


def test_goods_are_looked_up(stage: Stage, capsys: Told) -> None:
    assert [one["code"] for one in json.loads(told(capsys, "hs", "3304.99", "--json"))] == [
        "3304991000", "3304992000", "3304999000",
    ]  # fmt: skip
    assert "티셔츠" in told(capsys, "hs", "티셔츠")
    assert "No such code." in told(capsys, "hs", "9999")
    free = told(capsys, "requirements", "3304.99-9000")
    assert "nothing to be confirmed" in free and "the ordinary one" in free
    bound = json.loads(told(capsys, "requirements", "0301991000", "--day", "2027-01-01", "--json"))
    assert bound["confirmation"] == ["수산자원관리법: 반출허가서 (해양수산부)"]
    assert bound["shortened_loading"] == "활뱀장어"
    assert "구리" in told(capsys, "requirements", "7404.00-0000")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("code-lists", "A04", "--name", "칠레"), "CHILE"),
        (("office", "04799"), "서울세관"),
        (("clearance-code", "하늘결"), "하늘결**9261011"),
        (("foreign-party", "CL", "ANDES"), "CLANDESB0001A"),
        (("brokers", "나라"), "6N904"),
        (("brokers", "6N904"), "나라관세법인"),
        (("drawback", "3304.99-1000"), "30"),
        (("drawback", "하늘결-9-26-1-01-1"), "2024-01-02"),
        (("duty", "3304991000"), "6.5"),
    ],
)
def test_codes_are_looked_up_for_people_and_for_scripts(
    stage: Stage, capsys: Told, words: tuple[str, ...], found: str
) -> None:
    assert found in told(capsys, *words)
    assert found in json.dumps(json.loads(told(capsys, *words, "--json")), ensure_ascii=False)


def test_no_command_prints_people(stage: Stage, capsys: Told) -> None:
    said = told(capsys, "clearance-code", "하늘결") + told(capsys, "clearance-code", "하늘결", "--json")
    assert not any(private in said for private in ("가나다", "없는구", "02-0000-0000"))


# --- declarations ----------------------------------------------------------------------------------------------------


def test_a_declaration_is_shown_in_any_spelling_of_its_number(stage: Stage, capsys: Told) -> None:
    declare(stage)
    said = told(capsys, "declaration", "6n904-26-000001x")
    assert "옹기마을공방" in said and "2026-12-23" in said
    seen = json.loads(told(capsys, "declaration", NUMBER, "--json"))
    assert (seen["loading"]["load_before"], seen["loading"]["loaded"]) == ("2026-12-23", False)
    assert json.loads(told(capsys, "inspection", NUMBER, "--json")) == [{"wanted": False, "done": False}]
    assert "knows no request 1" in told(capsys, "amendment", NUMBER, "1", code=5)
    assert "no departed goods" in told(capsys, "waybill", "4213370015")


def test_a_declaration_that_customs_does_not_show_is_not_called_rejected(stage: Stage, capsys: Told) -> None:
    said = told(capsys, "declaration", NUMBER, code=5)
    assert "not accepted yet" in said and "reject" not in said


@pytest.mark.parametrize("words", [("office", "99999"), ("inspection", NUMBER), ("amendment", NUMBER, "1")])
def test_what_customs_does_not_have_ends_with_not_found(stage: Stage, capsys: Told, words: tuple[str, ...]) -> None:
    """A script that asks for one thing can tell an empty answer from a good one."""
    assert "ustoms" in told(capsys, *words, code=5)
    told(capsys, *words, "--json", code=5)


def test_a_certificate_is_verified(stage: Stage, capsys: Told) -> None:
    words = ("--issue", "123-456", "--business", "990-86-11034", "--origin", "KR", "--goods", "CUP", "--net", "0.8")
    assert run(app, ["customs", "verify", NUMBER, *words]) == 3
    assert "does not fit" in capsys.readouterr().out
    declare(stage)
    assert "The certificate fits. 일치함" in told(capsys, "verify", NUMBER, *words)
    assert "no weight" in told(capsys, "verify", NUMBER, *words[:-1], "heavy", code=2)


# --- who is asked ----------------------------------------------------------------------------------------------------


def test_nobody_answers_is_a_code_of_its_own(capsys: Told) -> None:
    assert "UNI-PASS gave no answer" in told(capsys, "office", "04799", code=4)


def test_trap_16_a_service_without_key_names_the_variable(
    stage: Stage, capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADELANE_UNIPASS_URL", "https://unipass.example/ext/rest")
    assert "TRADELANE_UNIPASS_KEYS__API031" in told(capsys, "office", "04799", code=2)


def test_an_installation_read_by_a_person_asks_no_simulator(
    stage: Stage, capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Invented tables must not be taken for customs' own."""
    monkeypatch.setenv("TRADELANE_CUSTOMS", "manual")
    assert "https://unipass.customs.go.kr" in told(capsys, "hs", "3304", code=3)


def test_standard_output_is_the_answer_alone(stage: Stage, capsys: Told) -> None:
    capsys.readouterr()
    assert run(app, ["customs", "office", "04799", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"code": "010", "name": "서울세관"}]


@pytest.mark.parametrize("words", [("hs", ""), ("hs", " "), ("hs", "\u3000"), ("code-lists", ""), ("code-lists", " ")])
def test_an_empty_question_is_not_asked(capsys: Told, words: tuple[str, ...]) -> None:
    """No simulator runs: a question that went out would end with 4."""
    assert "such as" in told(capsys, *words, code=2)


def test_wide_digits_are_digits(stage: Stage, capsys: Told) -> None:
    assert told(capsys, "hs", "３３０４．９９", "--json") == told(capsys, "hs", "3304.99", "--json")


# --- the customs office of an exporter ---------------------------------------------------------------------------------

BRANDS = Path(__file__).parents[2] / "tradelane" / "demo" / "brands.json"


def exporters_said(capsys: Told, *words: str, code: int = 0) -> tuple[str, str]:
    capsys.readouterr()
    assert run(app, ["exporters", *words]) == code
    said = capsys.readouterr()
    return said.out, said.err


def test_trap_09_the_customs_office_is_compared_with_the_postcode_of_the_goods(stage: Stage, capsys: Told) -> None:
    """korea-export.md section 10, 9: the office is derived from the postcode of the goods' place (section 1.3: API031)."""
    exporters_said(capsys, "import", str(BRANDS))
    assert exporters_said(capsys, "check")[0] == "Nothing would hold an exporter's orders.\n"
    noted = exporters_said(capsys, "set", "haneul", "goods_location_postcode=99999")[1]
    assert noted == "note: customs_office: Customs knows no office for goods at postcode 99999.\n"
    assert "no office for goods at postcode 99999" in exporters_said(capsys, "check", "haneul", code=3)[0]
    noted = exporters_said(capsys, "set", "haneul", "goods_location_postcode=04799", "customs_office=040")[1]
    assert "belong to customs office 010 (서울세관), not 040" in noted
    [held] = json.loads(exporters_said(capsys, "check", "haneul", "--json", code=3)[0])
    assert (held["effect"], held["step"]) == ("holds", "lodge_export_declaration")
    assert held["command"] == "tradelane exporters set haneul customs_office=010 customs_division=DIVISION"


def test_a_customs_that_does_not_answer_leaves_the_offices_unchecked(capsys: Told) -> None:
    exporters_said(capsys, "import", str(BRANDS))
    found = json.loads(exporters_said(capsys, "check", "--json")[0])
    assert [one["effect"] for one in found] == ["unchecked"] * 6
    assert all("UNI-PASS gave no answer" in one["what"] for one in found)
