"""UNI-PASS answers that say less than they did, or as much of several things: neither is taken for the whole."""

from __future__ import annotations

from datetime import date

import pytest

from tests.adapters.counterparty import Counterparty
from tests.adapters.unipass_answers import NUMBER, answer, customs, rate, rates, row
from tradelane.adapters.errors import Refused

TUESDAY = date(2026, 11, 24)


async def test_a_week_that_is_known_is_not_forgotten_over_a_currency_that_is_not_there() -> None:
    """The second answer is empty: the rate that was published stays published."""
    party = Counterparty().answers(text=rates(rate("USD"))).answers(text=rates())
    reader = customs(party)
    before = await reader.export_rate(TUESDAY, "USD")
    with pytest.raises(Refused) as failure:
        await reader.export_rate(TUESDAY, "EUR")
    assert failure.value.code == "no_rate"
    assert await reader.export_rate(TUESDAY, "USD") == before
    assert len(party.requests) == 2


async def test_a_week_that_is_not_published_yet_is_asked_again_and_found_once_it_is() -> None:
    """korea-export 1.7: published before the week; asked too early, there is no row."""
    next_week = date(2026, 12, 1)
    party = Counterparty().answers(text=rates()).answers(text=rates(rate("USD", "1401.11", "20261129")))
    reader = customs(party)
    with pytest.raises(Refused, match="week of 2026-11-29") as failure:
        await reader.export_rate(next_week, "USD")
    assert failure.value.reason == "no_rate"
    found = await reader.export_rate(next_week, "USD")
    assert (found.valid_from, str(found.krw_per_unit)) == (date(2026, 11, 29), "1401.11")


@pytest.mark.parametrize(("flags", "loaded"), [(("Y", "Y"), True), (("Y", "N"), False), (("N", "Y"), False)])
async def test_a_converted_list_of_several_rows_is_loaded_when_all_of_them_are(
    flags: tuple[str, ...], loaded: bool
) -> None:
    rows = [row("elcmExpLoadInfoQryRsltVo", loadCmplYn=flag) for flag in flags]
    party = Counterparty().answers(text=answer("elcmExpLoadInfoQryRtnVo", *rows))
    found = await customs(party).loading(NUMBER, converted_list=True)
    assert (found.found, found.loaded) == (True, loaded)
