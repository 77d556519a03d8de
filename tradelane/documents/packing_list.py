"""The packing list (포장명세서) as PDF: a pure function from the checked model to bytes."""

from __future__ import annotations

from tradelane.documents.boxes import (
    BODY,
    FINE,
    SMALL,
    STRONG,
    Styled,
    header_columns,
    heading,
    kilograms,
    signatory,
)
from tradelane.documents.fonts import FontSource, load
from tradelane.documents.form import LEFT, RIGHT, Column, Form, running
from tradelane.documents.page import Pad
from tradelane.domain.papers import PackedLine, PackingList, PaperPackage
from tradelane.domain.place_names import country

_TIMES = "\N{MULTIPLICATION SIGN}"

_COLUMNS = (
    Column("Package", "포장번호", 44, "centre", "Bulto"),
    Column("Marks & Nos.", "화인", 50, "left", "Marcas"),
    Column("Description of goods", "품명 및 규격", 155.28, "left", "Descripción de las mercancías"),
    Column("HS code", "품목번호", 44, "left", "Código SA"),
    Column("Origin", "원산지", 48, "left", "Origen"),
    Column("Quantity", "수량", 40, "right", "Cantidad"),
    Column("N.W. (kg)", "순중량", 42, "right", "Peso neto"),
    Column("G.W. (kg)", "총중량", 42, "right", "Peso bruto"),
    Column("Size (cm) / CBM", "크기 / 용적", 58, "right", "Medidas / CBM"),
)


def render(packing_list: PackingList, fonts: FontSource | None = None) -> bytes:
    """The packing list as PDF; the same list gives the same bytes. Raises MissingGlyph before drawing."""
    form = Form(
        Pad(load(fonts), f"Packing list {packing_list.number}"),
        "PACKING LIST",
        "포장명세서 · LISTA DE EMPAQUE",
        running(packing_list),
        corner=packing_list.number,
    )
    form.boxes(*header_columns(packing_list, ("Packing list No.", "명세서번호", "N° lista"), []))
    form.y += 6
    form.begin_table(_COLUMNS)
    for package in packing_list.packages:
        form.row(_package_cells(package), fill=0.96)
        for line in package.lines:
            form.row(_line_cells(line))
    if packing_list.lines:
        form.row(_together_cells(packing_list), fill=0.96)
        for line in packing_list.lines:
            form.row(_line_cells(line))
    form.end_table()
    width = (RIGHT - LEFT) * 0.46
    form.need(6 + 5 * 14)
    form.y += 6
    form.y += form.figures(
        [
            ("Packages", "포장개수 · Bultos", f"{len(packing_list.packages):,}", False),
            ("Pieces", "수량 · Unidades", f"{packing_list.quantity:,}", False),
            ("Net weight", "순중량 · Peso neto", f"{kilograms(packing_list.net_weight_g)} kg", False),
            ("Gross weight", "총중량 · Peso bruto", f"{kilograms(packing_list.gross_weight_g)} kg", False),
            ("Measurement", "용적 · Volumen", f"{packing_list.cbm:f} CBM", False),
        ],
        RIGHT - width,
        width,
    )
    if packing_list.estimate_note is not None:
        form.y += 6
        form.note("ESTIMATE 추정치 ESTIMACIÓN", packing_list.estimate_note)
    form.y += 6
    form.signature(
        signatory(packing_list),
        f"{packing_list.date:%Y-%m-%d}",
        (
            "We declare that the packages and contents stated in this packing list are true and correct.",
            "당사는 이 포장명세서의 기재사항이 사실과 다름없음을 신고합니다.",
            "Declaramos que los bultos y contenidos indicados en esta lista son verdaderos y correctos.",
        ),
    )
    return form.finish()


def _package_cells(package: PaperPackage) -> list[list[Styled]]:
    size = f"{package.length_cm:f} {_TIMES} {package.width_cm:f} {_TIMES} {package.height_cm:f}"
    return [
        [(str(package.number), STRONG)],
        [],
        [(package.kind, STRONG)],
        [],
        [],
        [],
        [(kilograms(package.net_weight_g), STRONG)] if package.net_weight_g is not None else [],
        [(kilograms(package.gross_weight_g), STRONG)],
        [(size, SMALL), (f"{package.cbm:f}", SMALL)],
    ]


def _together_cells(packing_list: PackingList) -> list[list[Styled]]:
    numbers = f"1\N{EN DASH}{len(packing_list.packages)}"
    return [
        [(numbers, STRONG)],
        [],
        [("Goods in all packages", STRONG), ("전체 포장 내용물 · Contenido de todos los bultos", FINE)],
        [],
        [],
        [],
        [(kilograms(packing_list.net_weight_g), STRONG)],
        [],
        [],
    ]


def _line_cells(line: PackedLine) -> list[list[Styled]]:
    description: list[Styled] = [(line.description_en, BODY)]
    description += [(text, FINE) for text in (line.description_ko, line.description_es) if text is not None]
    if line.lot is not None:
        description.append((f"Lot 제조번호 {line.lot}", SMALL))
    return [
        [(f"line {line.number}", FINE)],
        [(line.marks, SMALL)],
        description,
        [(heading(line.hs_code), SMALL)],
        [(line.origin.printed, SMALL), (country(line.origin, "es"), FINE)],
        [(f"{line.quantity:,}", BODY), (line.unit, FINE)],
        [(kilograms(line.net_weight_g), SMALL)],
        [],
        [],
    ]
