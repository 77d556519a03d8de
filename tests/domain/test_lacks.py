"""What keeps goods from being declared, at the plan of an order: nothing is filed with a code nobody has approved."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.domain.parcel import ORDER, UCR, approval, exporter, order, product, seller, shipment, sold
from tradelane.domain.amendment import Amendment, checked
from tradelane.domain.catalogue import UNKNOWN_MAKER, Approval, Exporter, Product, approved, missing_fields
from tradelane.domain.consignment import Consignment
from tradelane.domain.gaps import Gap
from tradelane.domain.lacks import Remedy, lacks
from tradelane.domain.planning import LaneTerms, Unplannable, plan

RETRY = f"tradelane holds resolve {ORDER} --step plan_consignment --action retry"
SIGNER = {"name": "Han Garam", "title": "Director"}
CLAIM: dict[str, Any] = {
    "preference": "B",
    "preference_basis": "tariff change, file 26-7",
    "origin_basis": "maker's confirmation, 2026-03-02",
    "maker_name": "한빛",
    "maker_customs_id": "한빛차-1-99-1-01-5",
}
"""A claim of preference that lacks nothing but the signer."""


def planned(goods: Product, brand: Exporter | None = None, amendments: tuple[Amendment, ...] = ()) -> Consignment:
    return plan(
        ucr=UCR,
        orders=(order(sold()),),
        shipment=shipment(),
        buyer=None,
        seller=seller(),
        products={goods.sku: goods},
        exporters={"haneul": brand or exporter()},
        amendments=amendments,
        terms=LaneTerms(),
    )


def gaps(goods: Product, brand: Exporter | None = None, amendments: tuple[Amendment, ...] = ()) -> list[Gap]:
    with pytest.raises(Unplannable) as stopped:
        planned(goods, brand, amendments)
    return list(stopped.value.gaps)


# --- approvals -------------------------------------------------------------------------------------------------------


def test_a_code_counts_only_with_the_approval_of_exactly_that_code() -> None:
    assert approved(product(), "hsk") and approved(product(), "cl_tariff")
    assert not approved(product(hsk_approval=None), "hsk")
    assert not approved(product(hsk_approval=approval("6109102000")), "hsk")
    assert not approved(product(hsk=None), "hsk")


def test_codes_that_nobody_approved_are_a_gap_with_the_command_that_approves_them() -> None:
    [gap] = gaps(product(hsk_approval=None, cl_tariff_approval=None))
    assert gap.what == ("SKU HN-1: Korean code 6109.10-1000 and Chilean code 6109.1010 are approved by nobody")
    assert gap.command == f"tradelane catalogue approve HN-1 --by NAME --reason WHY, then: {RETRY}"


@pytest.mark.parametrize(("code", "words"), [("hsk", "Korean code"), ("cl_tariff", "Chilean code")])
def test_one_code_without_approval_is_approved_alone(code: str, words: str) -> None:
    [gap] = gaps(product(**{f"{code}_approval": None}))
    assert words in gap.what and gap.what.endswith("is approved by nobody")
    assert gap.command == f"tradelane catalogue approve HN-1 --code {code} --by NAME --reason WHY, then: {RETRY}"


def test_the_approval_of_the_code_before_is_none() -> None:
    [gap] = gaps(product(hsk="6109102000", hsk_approval=approval("6109101000")))
    assert "6109.10-2000 is approved by nobody" in gap.what


def test_an_amendment_of_a_code_approves_it_for_the_order() -> None:
    """The decision keeps who and why; the catalogue stays unapproved for the next order."""
    bare = product(hsk_approval=None)
    parcel = planned(bare, amendments=(checked("items.HN-1.hsk", "6109.10-2000"),))
    assert parcel.items[0].hsk == "6109102000"
    assert not approved(bare, "hsk")


def test_an_amendment_of_one_code_approves_no_other() -> None:
    bare = product(hsk_approval=None, cl_tariff_approval=None)
    [gap] = gaps(bare, amendments=(checked("items.HN-1.hsk", "6109101000"),))
    assert "Chilean code 6109.1010 is approved by nobody" in gap.what
    assert "--code cl_tariff " in gap.command, "the Korean code of the catalogue is not approved along with it"


def test_an_amendment_of_another_sku_approves_nothing() -> None:
    [gap] = gaps(product(hsk_approval=None), amendments=(checked("items.HN-2.hsk", "6109101000"),))
    assert "is approved by nobody" in gap.what


def test_an_approval_says_who_and_why() -> None:
    for by, reason in (("", "ruling"), ("kim", "  ")):
        with pytest.raises(ValueError, match="at least 1 character"):
            Approval(code="6109101000", by=by, on=date(2026, 3, 2), reason=reason)


# --- facts nobody has stated -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["battery", "aerosol", "magnet", "alcohol_percent"])
def test_a_fact_about_dangerous_goods_that_nobody_stated_is_never_harmless(field: str) -> None:
    [gap] = gaps(product(**{field: None}))
    assert gap.what == f"SKU HN-1: {field} is missing"


def test_dangerous_goods_without_the_carriers_consent_stop_before_anything_is_filed() -> None:
    [gap] = gaps(product(battery="in_equipment"))
    assert gap.what == (
        "SKU HN-1 is dangerous by air (batteries in equipment: a contract with the carrier for batteries in "
        "equipment (PI 967, 970)); the carrier's consent is not written down"
    )
    assert gap.command == f"tradelane orders amend {ORDER} --set items.HN-1.dangerous_goods_consent=VALUE"
    consent = checked("items.HN-1.dangerous_goods_consent", "DHL, contract of 2026-03-02")
    assert planned(product(battery="in_equipment"), amendments=(consent,)).items


# --- preference and drawback -------------------------------------------------------------------------------------------


def test_a_claim_of_preference_with_all_it_rests_on_is_planned() -> None:
    [goods] = planned(product(**CLAIM), exporter(origin_signer=SIGNER)).items
    assert (goods.preference, goods.preference_basis) == ("B", "tariff change, file 26-7")


@pytest.mark.parametrize("field", ["origin_basis", "preference_basis", "maker_name", "maker_customs_id"])
def test_a_claim_of_preference_names_each_thing_it_lacks(field: str) -> None:
    [gap] = gaps(product(**{**CLAIM, field: None}), exporter(origin_signer=SIGNER))
    assert gap.what == f"SKU HN-1: {field} is missing (preference is claimed)"


def test_trap_33_preference_is_signed_by_the_exporter() -> None:
    """korea-export.md section 10, 33: for Chile the exporter signs; product must store signer, basis, file."""
    [gap] = gaps(product(**CLAIM))
    assert "names nobody who signs origin statements" in gap.what
    command = "tradelane exporters set haneul origin_signer.name=NAME origin_signer.title=TITLE"
    assert gap.command == f"{command}, then: {RETRY}"


@pytest.mark.parametrize("maker", [UNKNOWN_MAKER, None])
def test_trap_10_an_unknown_maker_carries_no_claim_of_preference(maker: str | None) -> None:
    """korea-export.md section 10, 10: 제조자 unknown (제조미상9999000) while claiming FTA origin or drawback."""
    [gap] = gaps(product(**{**CLAIM, "maker_customs_id": maker}), exporter(origin_signer=SIGNER))
    assert gap.what == "SKU HN-1: maker_customs_id is missing (preference is claimed)"


@pytest.mark.parametrize("name", ["미상", "제조미상", None])
def test_trap_10_an_unknown_maker_carries_no_drawback(name: str | None) -> None:
    wants = exporter(drawback="simplified")
    found = gaps(product(maker_name=name, maker_customs_id=UNKNOWN_MAKER), wants)
    assert [gap.what for gap in found] == [
        "SKU HN-1: maker_name is missing (the exporter wants drawback)",
        "SKU HN-1: maker_customs_id is missing (the exporter wants drawback)",
    ]
    known = product(maker_name="한빛", maker_customs_id="한빛차-1-99-1-01-5")
    assert planned(known, wants).items


def test_an_unknown_maker_is_fine_where_nothing_is_claimed() -> None:
    assert planned(product(maker_name=None, maker_customs_id=None)).items
    assert missing_fields(product(), exporter()) == ()


def test_goods_from_elsewhere_have_no_preference_under_the_agreement() -> None:
    [gap] = gaps(product(**CLAIM, origin="CN"), exporter(origin_signer=SIGNER))
    assert "is claimed for goods from CN" in gap.what
    assert "tradelane catalogue set HN-1 preference=" in gap.what


def test_a_blank_letter_claims_nothing() -> None:
    assert planned(product(preference=" ")).items


# --- shells ------------------------------------------------------------------------------------------------------------


def test_commands_quote_what_a_listing_may_say() -> None:
    found = lacks(product("A 1; rm -rf ~", hsk_approval=None, exporter_id="x y"), {})
    assert [one.remedy for one in found] == [Remedy.EXPORTER, Remedy.APPROVAL]
    goods = product("A 1; rm -rf ~", hsk_approval=None)
    with pytest.raises(Unplannable) as stopped:
        plan(
            ucr=UCR, orders=(order(sold("A 1; rm -rf ~")),), shipment=shipment(), buyer=None, seller=seller(),
            products={goods.sku: goods}, exporters={"haneul": exporter()}, amendments=(), terms=LaneTerms(),
        )  # fmt: skip
    assert "approve 'A 1; rm -rf ~' --code hsk" in stopped.value.gaps[0].command
