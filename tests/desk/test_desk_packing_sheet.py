"""The bench's sheet: read whole or not at all, every wrong cell named, what a spreadsheet does to figures said plainly."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradelane.desk.complaints import WrongUsage
from tradelane.desk.packing_sheet import BadSheet, Parcel, read_sheet

ORDER, OTHER = "2000013770481964", "2000013770481966"
HEADER = "order_id,gross_weight_g,length_cm,width_cm,height_cm,lot\n"
ROW = f"{ORDER},640,30,20,10.5,\n"


def sheet(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "boxes.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(tmp_path: Path, content: str | bytes) -> tuple[Parcel, ...]:
    return read_sheet(sheet(tmp_path, content), "kim")


def problems(tmp_path: Path, rows: str) -> list[tuple[int, str, str]]:
    with pytest.raises(BadSheet) as bad:
        read(tmp_path, HEADER + rows)
    return [(problem.line, problem.column, problem.reason) for problem in bad.value.problems]


def test_rows_of_an_order_are_its_boxes_wherever_they_stand(tmp_path: Path) -> None:
    rows = f"{ROW}{OTHER},500,10,10,10,L-1\n\n{ORDER},1250,20,15,10,\n"
    first, second = read(tmp_path, HEADER + rows)
    assert (first.order_id, first.line, second.order_id, second.line) == (ORDER, 2, OTHER, 3)
    assert first.message.changes() == {
        "package.gross_weight_g": "640", "package.length_cm": "30", "package.width_cm": "20",
        "package.height_cm": "10.5", "package.2.gross_weight_g": "1250", "package.2.length_cm": "20",
        "package.2.width_cm": "15", "package.2.height_cm": "10", "package.boxes": "2",
    }  # fmt: skip
    assert second.message.changes()["package.lot"] == "L-1"
    assert second.message.actor == "kim"


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + HEADER + ROW,
        HEADER.replace("\n", "\r\n") + ROW.replace("\n", "\r\n"),
        HEADER.upper() + ROW,
        HEADER.replace(",", " , ") + ROW.replace(",", " , "),
        "lot,height_cm,width_cm,length_cm,gross_weight_g,order_id\n,10.5,20,30,640," + ORDER,
        HEADER.replace(",lot", "") + ROW.replace(",\n", "\n"),
        HEADER + ROW + ",,,,,\n\n",
        HEADER + ROW.replace(",\n", "\n"),
    ],
    ids=["byte order mark", "Windows", "capitals", "blanks", "other order", "no lot", "empty rows", "short row"],
)
def test_what_spreadsheets_write_is_read(tmp_path: Path, content: str) -> None:
    assert [(one.order_id, one.message) for one in read(tmp_path, content)] == [
        (one.order_id, one.message) for one in read(tmp_path, HEADER + ROW)
    ]


def test_every_wrong_cell_is_named_with_line_column_and_reason(tmp_path: Path) -> None:
    rows = (
        f"{ROW}"
        f'{OTHER},"1,250",30,20,10,\n'
        f'{OTHER},640,"30,5",20,10,\n'
        f"{OTHER},1,250,30,20,10,\n"
        "2.00001E+15,640,30,20,10,\n"
        "MLC-7,640,,20,-1,?\n"
        f"{OTHER},640g,30,20.25,10,{'L' * 41}\n"
    )
    assert problems(tmp_path, rows) == [
        (3, "gross_weight_g", "write 1250 without thousands separators, not 1,250"),
        (4, "length_cm", "write 30.5 with a point, not 30,5"),
        (5, "row", "has 7 cells and the header 6; write 1200, not 1,200, and 30.5, not 30,5"),
        (6, "order_id", "2.00001E+15 is a number a spreadsheet has rounded; format the column as text and write all digits"),
        (7, "order_id", "'MLC-7' is not an order id: it has 1 to 20 digits"),
        (7, "length_cm", "is empty"),
        (7, "height_cm", "must be above zero, not -1."),
        (7, "lot", "has at most 40 letters (Latin, Hangul), digits, blanks and .,:#()/_+- and begins with a letter or digit."),
        (8, "gross_weight_g", "must be a number, not '640g'."),
        (8, "width_cm", "Decimal input should have no more than 1 decimal place."),
        (8, "lot", "has at most 40 letters (Latin, Hangul), digits, blanks and .,:#()/_+- and begins with a letter or digit."),
    ]  # fmt: skip


def test_the_complaint_is_one_sentence_that_says_how_many_more(tmp_path: Path) -> None:
    with pytest.raises(BadSheet) as bad:
        read(tmp_path, f"{HEADER}{ORDER},-1,30,20,10,\n{ORDER},640,30,20,,\n")
    path = tmp_path / "boxes.csv"
    assert str(bad.value) == (
        f"{path}, line 2, gross_weight_g: must be above zero, not -1, and 1 more. Nothing was sent."
    )


def test_two_lots_of_one_parcel_are_asked_about(tmp_path: Path) -> None:
    [(line, column, reason)] = problems(
        tmp_path, f"{ORDER},640,30,20,10,A\n{ORDER},640,30,20,10,\n{ORDER},640,30,20,10,B\n"
    )
    assert (line, column) == (4, "lot")
    assert reason.startswith("line 2 says A of the same order")
    assert f"tradelane packing confirm {ORDER} --lot SKU=LOT" in reason


def test_a_hundred_boxes_are_a_slip(tmp_path: Path) -> None:
    assert problems(tmp_path, ROW * 100) == [(2, "order_id", "A parcel has 1 to 99 boxes, not 100.")]


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    """A cell may hold a line break."""
    assert problems(tmp_path, f'{ORDER},640,30,20,10,"A\nB"\n\n{ORDER},0,30,20,10,\n')[-1][0] == 5


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ((HEADER + ROW).replace(",", ";"), "has semicolons between its columns; save it as CSV UTF-8"),
        ((HEADER + ROW).replace(",", "\t"), "has tabs between its columns"),
        ((HEADER + ROW).encode("utf-16"), "is not UTF-8 text; save it as CSV UTF-8"),
        ((HEADER + ROW).encode("utf-16-le"), "is not UTF-8 text"),
        ((HEADER + ROW + f"{OTHER},1,1,1,1,제조 7\n").encode("cp949"), r"is not UTF-8 \(line 3\)"),
        (b"PK\x03\x04 and so on", "is a workbook, not CSV"),
        ("", "is empty; its first line names the columns order_id, gross_weight_g"),
        ("\n \n", "is empty"),
        (HEADER, "has a header and no rows"),
        (ROW, "lacks the column order_id, gross_weight_g, length_cm, width_cm, height_cm"),
        (HEADER.replace("lot", "colour") + ROW, "has an unknown column colour"),
        (HEADER.replace("lot", "width_cm") + ROW, "has twice width_cm"),
        (HEADER + f'{ORDER},"640', "cannot be read from line 2 on"),
        (HEADER + "1" * 200_000, "cannot be read from line 2 on: field larger than field limit"),
        (HEADER + ROW * 200_000, "is larger than 5 MB"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) and "\n" not in value else "",
)
def test_what_is_no_sheet_is_one_sentence(tmp_path: Path, content: str | bytes, says: str) -> None:
    with pytest.raises(WrongUsage, match=says) as wrong:
        read(tmp_path, content)
    assert "\n" not in str(wrong.value)


def test_a_sheet_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="cannot be read: No such file"):
        read_sheet(tmp_path / "none.csv")
    with pytest.raises(WrongUsage, match="cannot be read: it is a folder"):
        read_sheet(tmp_path)
