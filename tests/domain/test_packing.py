"""What the bench says replaces the estimate: boxes, measures, lots; the latest word wins and nothing old stays."""

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.parcel import consignment, item, package
from tradelane.contracts.messages import ConfirmPacking
from tradelane.domain.amendment import Amendment, checked
from tradelane.domain.consignment import Package
from tradelane.domain.packing import NotPacked, bench_changes, lots_of, packed

GRAMS = {"gross_weight_g": "640", "length_cm": "30", "width_cm": "20", "height_cm": "10.5"}
SMALL = {"gross_weight_g": "420", "length_cm": "20", "width_cm": "15", "height_cm": "10"}
UNPACKED = consignment(packages=())


def said(changes: Mapping[str, str]) -> list[Amendment]:
    """One decision as the books give it back: paths in the order of the alphabet."""
    return [Amendment(path=path, value=changes[path]) for path in sorted(changes)]


def bench(*boxes: Mapping[str, str], lot: str = "", **lots: str) -> list[Amendment]:
    return said(bench_changes(boxes, lot, lots))


def boxes(*amendments: Amendment, planned: tuple[Package, ...] = ()) -> tuple[Package, ...]:
    return packed(consignment(packages=planned), amendments).packages


def test_every_box_is_as_it_was_measured() -> None:
    assert boxes(*bench(GRAMS, SMALL)) == (package(**GRAMS), package(**SMALL))


def test_a_later_confirmation_with_fewer_boxes_leaves_none_behind() -> None:
    assert boxes(*bench(GRAMS, SMALL, SMALL), *bench(SMALL)) == (package(**SMALL),)


def test_boxes_that_went_do_not_come_back_with_a_number() -> None:
    """Three, then one, then two again: the second is to be measured anew."""
    with pytest.raises(NotPacked, match="box 2 has no gross_weight_g, length_cm, width_cm, height_cm"):
        boxes(*bench(GRAMS, SMALL, SMALL), *bench(GRAMS), checked("package.boxes", "2"))


def test_more_than_nine_boxes_stay_in_order() -> None:
    many = [GRAMS | {"gross_weight_g": str(600 + number)} for number in range(12)]
    assert [box.gross_weight_g for box in boxes(*bench(*many))] == [600 + number for number in range(12)]


def test_without_any_measure_the_bench_is_asked_for_all() -> None:
    with pytest.raises(NotPacked, match="boxes, gross weight and dimensions are not confirmed") as asked:
        packed(UNPACKED, [checked("package.lot", "2607A")])
    assert asked.value.code == "not_packed"


def test_what_lacks_is_named_box_by_box() -> None:
    half = [checked("package.gross_weight_g", "640"), checked("package.3.length_cm", "10")]
    with pytest.raises(NotPacked) as asked:
        packed(UNPACKED, half)
    assert str(asked.value) == (
        "box 1 has no length_cm, width_cm, height_cm; box 2 has no gross_weight_g, length_cm, width_cm, height_cm; "
        "box 3 has no gross_weight_g, width_cm, height_cm"
    )


def test_an_estimate_stays_one_until_all_four_are_measured() -> None:
    """The papers say which figures are estimates."""
    estimate = package(estimated=True)
    assert boxes(planned=(estimate,)) == (estimate,)
    words = [checked(f"package.{field}", value) for field, value in GRAMS.items()]
    for count in range(1, 4):
        [box] = boxes(*words[:count], planned=(estimate,))
        assert (box.gross_weight_g, box.estimated) == (640, True)
    assert boxes(*words, planned=(estimate,)) == (package(**GRAMS),)


def test_a_second_box_does_not_make_the_first_one_measured() -> None:
    found = boxes(
        *said({f"package.2.{field}": value for field, value in SMALL.items()}), planned=(package(estimated=True),)
    )
    assert [box.estimated for box in found] == [True, False]


@pytest.mark.parametrize(("grams", "words"), [((219,), "219 g is below"), ((100, 119), "219 g of 2 boxes is below")])
def test_boxes_weigh_at_least_as_much_as_the_goods(grams: tuple[int, ...], words: str) -> None:
    """The goods weigh 220 g."""
    with pytest.raises(NotPacked, match=f"gross weight {words} the net weight 220 g") as refused:
        boxes(*bench(*(GRAMS | {"gross_weight_g": str(each)} for each in grams)))
    assert refused.value.code == "too_light"


def test_boxes_may_together_be_just_as_heavy_as_the_goods() -> None:
    light = [GRAMS | {"gross_weight_g": str(each)} for each in (100, 120)]
    assert packed(UNPACKED, bench(*light)).gross_weight_g == 220


measures = st.fixed_dictionaries(
    {
        "gross_weight_g": st.integers(220, 1_000_000).map(str),
        **{side: st.integers(1, 10_000).map(lambda mm: f"{Decimal(mm) / 10:f}") for side in list(GRAMS)[1:]},
    }
)


@given(st.lists(st.lists(measures, min_size=1, max_size=12), min_size=1, max_size=4), st.booleans())
def test_the_last_confirmation_alone_counts(rounds: list[list[dict[str, str]]], estimated: bool) -> None:
    planned = (package(estimated=True),) if estimated else ()
    words = [amendment for told in rounds for amendment in bench(*told)]
    assert boxes(*words, planned=planned) == tuple(package(**box) for box in rounds[-1])


def test_the_parcels_lot_is_every_skus_unless_it_has_its_own() -> None:
    parcel = consignment(item(sku="A"), item(sku="B"), packages=())
    assert packed(parcel, bench(GRAMS, lot="2607A")).lots == {"A": "2607A", "B": "2607A"}
    assert packed(parcel, bench(GRAMS, lot="2607A", B="2512C")).lots == {"A": "2607A", "B": "2512C"}
    assert lots_of(parcel, [checked("items.B.lot", "2512C"), checked("package.lot", "2607A")])["B"] == "2512C"
    assert lots_of(parcel, [checked("items.C.lot", "2512C")]) == {}


def test_a_later_lot_replaces_an_earlier_and_none_leaves_it() -> None:
    words = [*bench(GRAMS, lot="2607A"), *bench(GRAMS, lot="2608B"), *bench(SMALL)]
    assert packed(UNPACKED, words).lots == {"HN-1": "2608B"}


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"boxes": [GRAMS], "gross_weight_g": "640"}, "either boxes, or gross_weight_g of the only one"),
        ({"boxes": [GRAMS, {"gross_weight_g": "5"}]}, "package.2.length_cm has no value"),
        ({"boxes": [GRAMS] * 100}, "1 to 99 boxes, not 100"),
        ({}, "package.gross_weight_g has no value"),
        ({**GRAMS, "lot": "?"}, "package.lot has at most 40 letters"),
        ({**GRAMS, "lots": {"": "2607A"}}, "items..lot is not known"),
    ],
)
def test_a_wrong_confirmation_is_one_sentence(told: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence.replace("..", r"\.\.")) as refused:
        ConfirmPacking.model_validate(told).changes()
    assert "\n" not in str(refused.value)


def test_one_box_may_stand_in_the_message_itself_and_numbers_are_read_as_text() -> None:
    """As people type it in the engine's own pages."""
    single = {"gross_weight_g": 640, "length_cm": 30, "width_cm": "20", "height_cm": 10.5, "lot": 2607}
    several = {"boxes": [GRAMS], "lot": "2607"}
    changes = ConfirmPacking.model_validate(single).changes()
    assert changes == ConfirmPacking.model_validate(several).changes()
    assert changes == {
        **{f"package.{field}": value for field, value in GRAMS.items()},
        "package.boxes": "1",
        "package.lot": "2607",
    }
