"""Lists of restricted parties as they are published: every entry, its own date, and never half a list.

All parties are invented; element and column names are those of the publishers.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from tradelane.adapters.party_lists import ListFile, NotAList, read_list
from tradelane.domain.screening import ListedParty

DEMO = Path(__file__).parents[2] / "tradelane" / "demo" / "party_lists"
DAY = date(2026, 11, 20)

SDN = (
    '990001,"IMAGINARY FREIGHT LINES",-0- ,"INVENTED] [INVENTED-TOO",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n'
    '990002,"ESPEJISMO VACIO, Facundo","individual","INVENTED",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"DOB 30 Feb 1950."\n'
    '990003,"PHANTOM GULL","vessel","INVENTED",-0- ,-0- ,-0- ,-0- ,-0- ,"Utopia",-0- ,-0- \n'
    "\x1a"
)
ALT = '990002,1,"aka","EL ESPEJO",-0- \n990002,2,"fka","VACIO, Facundo",-0- \n\x1a'

EU_CSV = (
    "\ufefffileGenerationDate;Entity_LogicalId;Entity_EU_ReferenceNumber;Entity_SubjectType;"
    "Entity_SubjectType_ClassificationCode;Entity_Regulation_Programme;NameAlias_LastName;NameAlias_FirstName;"
    "NameAlias_MiddleName;NameAlias_WholeName;Citizenship_CountryIso2Code\n"
    "05/08/2026;99991;EU.99991.1;P;person;INVENTED;Nebelhorn;Ottokar;;Ottokar Nebelhorn;\n"
    "05/08/2026;99991;EU.99991.1;P;person;INVENTED;;;;Otto der Nebel;\n"
    "05/08/2026;99991;EU.99991.1;P;person;INVENTED;;;;;XA\n"
    "05/08/2026;99992;EU.99992.2;E;enterprise;INVENTED;;;;Luftschloss Handels GmbH;00\n"
)
OLD_EU_CSV = (
    "Date_file;Entity_logical_id;Subject_type;Programme;Naal_wholename;Programme;Citi_country;EU_ref_num\n"
    "05/08/2026;99991;P;INVENTED;Ottokar Nebelhorn;;;EU.99991.1\n"
)


def written(folder: Path, name: str, content: str | bytes) -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def entry(read: ListFile, entry_id: str) -> ListedParty:
    return next(party for party in read.parties if party.entry_id == entry_id)


def refusal(file: Path, *, source: str = "", dated: date | None = DAY) -> str:
    with pytest.raises(NotAList) as refused:
        read_list(file, source=source, dated=dated)
    return str(refused.value)


# --- what is read ----------------------------------------------------------------------------------------------------


def test_the_list_of_the_united_nations_is_read_with_aliases_of_every_quality() -> None:
    read = read_list(DEMO / "un.xml")
    assert (read.state.source, read.state.dated, read.state.entries) == ("UN", date(2026, 1, 5), 3)
    assert entry(read, "XXi.001") == ListedParty(
        source="UN",
        entry_id="XXi.001",
        kind="person",
        names=("ZAFRAN QUIMERA INEXISTENTE", "Safran Kimera", "Zafiro"),
        countries=("Utopia",),
        programme="INVENTED",
    )
    assert entry(read, "XXi.002").names == ("Ximeno Fantasma",), "an empty alias is none"
    assert entry(read, "XXe.003").kind == "organisation"


def test_an_entry_of_the_united_nations_without_reference_is_known_by_its_data_id(tmp_path: Path) -> None:
    content = (DEMO / "un.xml").read_text().replace("<REFERENCE_NUMBER>XXi.002</REFERENCE_NUMBER>", "")
    assert entry(read_list(written(tmp_path, "a", content)), "9990002").names == ("Ximeno Fantasma",)


def test_the_xml_of_ofac_is_read_with_its_american_date() -> None:
    read = read_list(DEMO / "ofac.xml")
    assert (read.state.source, read.state.dated) == ("OFAC", date(2026, 1, 5))
    assert entry(read, "990001").names == ("IMAGINARY FREIGHT LINES", "IMAGINARYFREIGHT")
    person = entry(read, "990002")
    assert person.names == ("Facundo Abelardo ESPEJISMO VACIO", "EL ESPEJO")
    assert (person.kind, person.countries) == ("person", ("Utopia",))
    assert person.programme == "INVENTED, INVENTED-TOO"
    assert entry(read, "990003").kind == "vessel"


def test_the_non_sdn_list_of_ofac_has_the_same_form_and_a_name_of_its_own() -> None:
    read = read_list(DEMO / "ofac.xml", source="OFAC-CONS")
    assert read.state.source == "OFAC-CONS"
    assert {party.source for party in read.parties} == {"OFAC-CONS"}


def test_a_changed_namespace_changes_nothing(tmp_path: Path) -> None:
    """OFAC moved its schema to another address; the elements stayed."""
    content = (DEMO / "ofac.xml").read_text().replace("http://tempuri.org/sdnList.xsd", "https://invented.test/XML")
    assert read_list(written(tmp_path, "a", content)).state.entries == 3


def test_the_csv_of_ofac_is_read_with_the_aliases_beside_it(tmp_path: Path) -> None:
    written(tmp_path, "ALT.CSV", ALT)
    read = read_list(written(tmp_path, "SDN.CSV", SDN), dated=DAY)
    assert (read.state.source, read.state.dated, read.state.entries) == ("OFAC", DAY, 3)
    assert entry(read, "990002").names == ("ESPEJISMO VACIO, Facundo", "EL ESPEJO", "VACIO, Facundo")
    assert [entry(read, number).kind for number in ("990001", "990002", "990003")] == [
        "organisation",
        "person",
        "vessel",
    ]
    assert entry(read, "990003").countries == ("Utopia",)


def test_aliases_may_lie_elsewhere_and_are_part_of_the_hash(tmp_path: Path) -> None:
    main, one, other = (
        written(tmp_path, name, text)
        for name, text in (("a.csv", SDN), ("b.csv", ALT), ("c.csv", ALT.replace("EL", "LA")))
    )
    first, second = (read_list(main, dated=DAY, aliases=aliases) for aliases in (one, other))
    assert first.state.sha256 != second.state.sha256


def test_the_xml_of_the_european_union_is_read_with_every_name() -> None:
    read = read_list(DEMO / "eu.xml")
    assert (read.state.source, read.state.dated) == ("EU", date(2026, 1, 5))
    person = entry(read, "EU.99991.1")
    assert person.names == ("Ottokar Nebelhorn", "Оттокар Небельхорн")
    assert (person.kind, person.countries) == ("person", ()), "00 is no country"
    assert entry(read, "EU.99992.2").countries == ("XA",)


def test_the_csv_of_the_european_union_gathers_the_rows_of_an_entity(tmp_path: Path) -> None:
    read = read_list(written(tmp_path, "a", EU_CSV))
    assert (read.state.source, read.state.dated, read.state.entries) == ("EU", date(2026, 8, 5), 2)
    person = entry(read, "EU.99991.1")
    assert (person.names, person.countries) == (("Ottokar Nebelhorn", "Otto der Nebel"), ("XA",))
    assert entry(read, "EU.99992.2").kind == "organisation"


def test_the_csv_of_version_1_0_is_read_too(tmp_path: Path) -> None:
    read = read_list(written(tmp_path, "a", OLD_EU_CSV))
    assert entry(read, "EU.99991.1").programme == "INVENTED", "of two columns of a name the first is meant"


def test_the_korean_list_is_found_by_its_headers() -> None:
    read = read_list(DEMO / "kr.csv", dated=DAY)
    assert (read.state.source, read.state.dated) == ("KR", DAY)
    assert entry(read, "KR-9001").names == ("신기루무역", "Mirage Nowhere Trading", "신기루 상사", "Mirage NW")
    assert [entry(read, number).kind for number in ("KR-9001", "KR-9002")] == ["organisation", "person"]


def test_the_korean_list_may_be_in_the_code_page_of_excel(tmp_path: Path) -> None:
    content = (DEMO / "kr.csv").read_text().encode("cp949")
    assert (
        read_list(written(tmp_path, "a", content), dated=DAY).parties == read_list(DEMO / "kr.csv", dated=DAY).parties
    )


def test_the_korean_list_may_be_a_workbook_with_a_title_above_its_header(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["우려거래자 목록 (지어낸 것)"])
    sheet.append([])
    sheet.append(["연번", "성 명", "영문명", "국적", "지정일"])
    sheet.append([1, "허무맹", "Heo Mumaeng", "유토피아", "2020-01-01"])
    sheet.append([2, "신기루"])
    book.save(tmp_path / "list.bin")
    read = read_list(tmp_path / "list.bin", dated=DAY)
    assert [party.names for party in read.parties] == [("허무맹", "Heo Mumaeng"), ("신기루",)]
    assert read.state.source == "KR"


def test_a_table_of_ones_own_is_called_as_one_says(tmp_path: Path) -> None:
    content = (
        'name,aliases,country,id,programme\n"Quimera, Zafran",Zafiro;Z. Quimera,CL;XA,H-1,unpaid\nNadie Nunca,,,,\n'
    )
    read = read_list(written(tmp_path, "a", content), source="HOUSE", dated=DAY)
    assert entry(read, "H-1") == ListedParty(
        source="HOUSE",
        entry_id="H-1",
        kind="",
        names=("Quimera, Zafran", "Zafiro", "Z. Quimera"),
        countries=("CL", "XA"),
        programme="unpaid",
    )
    again = read_list(written(tmp_path, "b", content.replace("unpaid", "x")), source="HOUSE", dated=DAY)
    assert {party.entry_id for party in again.parties} == {party.entry_id for party in read.parties}, "ids stay"


def test_what_a_file_is_shows_in_its_content_alone(tmp_path: Path) -> None:
    file = written(tmp_path, "sdn.csv", (DEMO / "eu.xml").read_bytes())
    assert read_list(file).state.source == "EU"


def test_entries_without_a_name_are_counted(tmp_path: Path) -> None:
    content = (DEMO / "eu.xml").read_text().replace('wholeName="Luftschloss Handels GmbH"', 'wholeName=""')
    read = read_list(written(tmp_path, "a", content))
    assert (read.state.entries, read.nameless) == (1, 1)


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["un.xml", "ofac.xml", "eu.xml"])
def test_a_list_that_was_cut_off_is_refused_wherever_it_ends(tmp_path: Path, name: str) -> None:
    whole = (DEMO / name).read_bytes()
    for share in (0.3, 0.6, 0.95):
        assert "cut off" in refusal(written(tmp_path, name, whole[: int(len(whole) * share)]), dated=None)


def test_a_list_with_fewer_entries_than_it_says_is_refused(tmp_path: Path) -> None:
    content = (DEMO / "ofac.xml").read_text().replace("<Record_Count>3<", "<Record_Count>19391<")
    assert "19391 entries and has 3" in refusal(written(tmp_path, "a", content), dated=None)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        (b"\n <html><head><title>404</title></head></html>", "web page"),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>', "web page"),
        (b'<?xml version="1.0"?><Designations/>', "root element is Designations"),
        (b'<?xml version="1.0" encoding="x-invented"?><CONSOLIDATED_LIST/>', "encoding"),
        (b'<?xml version="1.0"?><CONSOLIDATED_LIST dateGenerated="2026-11-20"><INDIVIDUALS/></CONSOLIDATED_LIST>', "no entries"),
        (b'<export generationDate="2026-11-20"><sanctionEntity><nameAlias wholeName="Ma\xf1a"/></sanctionEntity></export>', "encoding"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04 nonsense", "XLSX"),
        ("name,country\nMaña,CL\n".encode("latin-1"), "UTF-8"),
        ("name,country\nMaria,CL\n".encode("utf-16"), "UTF-16"),
        (b"a,b,c\n1,2,3\n", "name,aliases,country,id,programme"),
        (b"name,country\nQuimera, Zafran,CL\n", "line 2 has 3 cells and the header 2"),
        (b"name,country\nMaria\n", "line 2 has 1 cells and the header 2"),
        (b"name,country\n,CL\n", "line 2 has no name"),
        (b"name,country\n\"=CONCAT(A2,B2)\",CL\n", "line 2 holds a formula in the place of a name"),
        (b"name,country\n", "no entries"),
        (ALT.encode(), "name SDN.CSV"),
        (SDN.encode(), "no ALT.CSV lies beside it"),
    ],
)  # fmt: skip
def test_what_is_no_whole_list_is_refused_with_its_reason(tmp_path: Path, content: bytes, said: str) -> None:
    assert said in refusal(written(tmp_path, "list", content), source="" if b"<" in content else "HOUSE")


def test_entities_are_never_opened(tmp_path: Path) -> None:
    """Nine lines of a billion laughs, and a file of this machine."""
    laughs = "".join(
        f'<!ENTITY l{n} "{"&l" + str(n - 1) + ";" if n else "ha"}{"&l" + str(n - 1) + ";" if n else ""}">'
        for n in range(9)
    )
    for declared in (laughs, '<!ENTITY l8 SYSTEM "file:///etc/hostname">'):
        bomb = f'<?xml version="1.0"?><!DOCTYPE x [{declared}]><CONSOLIDATED_LIST>&l8;</CONSOLIDATED_LIST>'
        assert "declares a document type" in refusal(written(tmp_path, "a", bomb))


def test_a_row_of_the_csv_of_ofac_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    written(tmp_path, "ALT.CSV", ALT)
    assert "line 2 of it has 3 columns instead of 12" in refusal(written(tmp_path, "SDN.CSV", SDN[:150]))


def test_aliases_of_entries_that_are_not_there_show_a_list_that_was_cut_off(tmp_path: Path) -> None:
    written(tmp_path, "ALT.CSV", ALT.replace("990002", "990099"))
    assert "1 entries that are not in the list, such as 990099" in refusal(written(tmp_path, "SDN.CSV", SDN))


def test_a_row_of_the_csv_of_the_european_union_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    assert "line 5 has 4 columns and the header 11" in refusal(
        written(tmp_path, "a", EU_CSV[: EU_CSV.rindex("E;enter")]), dated=None
    )


def test_a_list_must_say_its_date_or_be_told_it_and_not_both(tmp_path: Path) -> None:
    undated = (DEMO / "un.xml").read_text().replace("dateGenerated", "generated")
    file = written(tmp_path, "a", undated)
    assert "--dated YYYY-MM-DD" in refusal(file, dated=None)
    assert read_list(file, dated=DAY).state.dated == DAY
    assert "it is of 2026-01-05; leave --dated out" in refusal(DEMO / "un.xml", dated=DAY)


def test_no_list_passes_for_another(tmp_path: Path) -> None:
    assert "the list of UN, not that of OFAC" in refusal(DEMO / "un.xml", source="OFAC", dated=None)
    plain = written(tmp_path, "a", "name,country\nMaria,CL\n")
    assert "not what EU publishes" in refusal(plain, source="EU")
    assert "--list" in refusal(plain)
    assert read_list(plain, source="KR", dated=DAY).state.source == "KR"
