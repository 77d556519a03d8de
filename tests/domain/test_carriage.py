"""Terms of delivery: which fit an air parcel, and what carriage costs where the price holds it."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from tests.domain.parcel import UCR, exporter, order, product, seller, shipment, sold
from tradelane.domain.carriage import HOLDS_BOTH, HOLDS_FREIGHT, CarriageCosts, unfit_for_air
from tradelane.domain.consignment import Consignment
from tradelane.domain.money import Money
from tradelane.domain.papers import Incoterm
from tradelane.domain.planning import LaneTerms, Unplannable, plan
from tradelane.settings import Settings


def krw(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="KRW")


def test_which_terms_hold_freight_and_insurance() -> None:
    """KTNET's validator (paper 1.7): CIF, CIP, DDP, DAP both; CFR, CPT freight alone. DPU is read as DAT was."""
    assert sorted(HOLDS_BOTH) == ["CIF", "CIP", "DAP", "DDP", "DPU"]
    assert sorted(HOLDS_FREIGHT - HOLDS_BOTH) == ["CFR", "CPT"]


@pytest.mark.parametrize("term", ["FCA", "CPT", "CIP", "DAP", "DPU", "DDP"])
def test_terms_for_every_kind_of_transport_are_accepted(term: str) -> None:
    assert Settings.model_validate({"incoterm": term}).terms().incoterm == term


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("EXW", "EXW leaves the export declaration to the buyer"),
        ("FOB", "FOB is a term for goods put on board a ship"),
        ("FAS", "FAS is a term for goods put on board a ship"),
        ("CFR", "CFR is a term for goods put on board a ship"),
        ("CIF", "CIF is a term for goods put on board a ship"),
        ("DAT", "DAT left the Incoterms in 2020; its place was taken by DPU"),
    ],
)
def test_trap_29_terms_that_do_not_suit_an_air_parcel_are_refused_as_settings(term: str, words: str) -> None:
    """EXW and FOB on air e-commerce invoices; DAT instead of DPU (trap 29, paper 6.1)."""
    with pytest.raises(ValidationError, match=words):
        Settings.model_validate({"incoterm": term})


def test_trap_29_every_term_is_either_fit_or_refused_with_a_reason() -> None:
    fit = [term for term in Incoterm if unfit_for_air(term) is None]
    assert fit == ["FCA", "CPT", "CIP", "DAP", "DPU", "DDP"]


def test_costs_are_rounded_up_to_the_won() -> None:
    """9,000 + 12,500 x 0.345 kg = 13,312.5; 3.5 permille of 100,001 won = 350.0035."""
    costs = CarriageCosts(
        freight_base_krw=Decimal(9000), freight_per_kg_krw=Decimal(12500), insurance_permille=Decimal("3.5")
    )
    assert (costs.freight(345), costs.insurance(krw(100_001))) == (krw(13_313), krw(351))


@pytest.mark.parametrize(
    "costs", [{"freight_base_krw": "-1"}, {"insurance_permille": "1000"}, {"freight_base_krw": "x"}]
)
def test_costs_that_cannot_be_are_refused(costs: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        CarriageCosts.model_validate(costs)


def planned(terms: LaneTerms) -> Consignment:
    return plan(
        ucr=UCR,
        orders=(order(sold()),),
        shipment=shipment(),
        buyer=None,
        seller=seller(),
        products={"HN-1": product()},
        exporters={"haneul": exporter()},
        amendments=(),
        terms=terms,
    )


@pytest.mark.parametrize(
    ("term", "settings"),
    [
        (Incoterm.CPT, ["TRADELANE_FREIGHT_BASE_KRW or TRADELANE_FREIGHT_PER_KG_KRW"]),
        (
            Incoterm.DAP,
            ["TRADELANE_FREIGHT_BASE_KRW or TRADELANE_FREIGHT_PER_KG_KRW", "TRADELANE_INSURANCE_PERMILLE"],
        ),
    ],
)
def test_an_order_holds_while_what_carriage_costs_is_not_known(term: Incoterm, settings: list[str]) -> None:
    """Customs wants freight and insurance told apart (boxes 47 and 48): each gap names the setting."""
    with pytest.raises(Unplannable) as lacking:
        planned(LaneTerms(incoterm=term))
    gaps = lacking.value.gaps
    assert [gap.what for gap in gaps] == [
        f"a {term.value} price holds what carriage costs, and {one} is not set" for one in settings
    ]
    assert all(gap.command.startswith(f"set {one} for") for gap, one in zip(gaps, settings, strict=True))


def test_a_plan_carries_what_carriage_costs() -> None:
    costs = CarriageCosts(freight_per_kg_krw=Decimal(12500), insurance_permille=Decimal(3))
    assert planned(LaneTerms(incoterm=Incoterm.DAP, carriage_costs=costs)).carriage_costs == costs
    assert planned(LaneTerms()).carriage_costs == CarriageCosts()
