"""The demo has base rates of its own, so that an exporter's evidence can be packed at the end of the evening."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.desk.export_year import HANEUL, put_export, record
from tradelane.demo import load
from tradelane.demo.base_rates import LEVELS, invented_base_rate, load_demo_rates
from tradelane.desk.evidence import make_pack, read_period, verify_pack
from tradelane.ports.export import RateKind
from tradelane.settings import Settings
from tradelane.stores import open_stores

RATE = Decimal("1395.03")


def test_a_rate_depends_on_its_day_alone() -> None:
    # typed from a run: whoever changes the function changes what earlier packs were made with
    assert invented_base_rate("USD", date(2026, 11, 25)) == RATE
    assert invented_base_rate("USD", date(2026, 11, 26)) != RATE
    with pytest.raises(KeyError):
        invented_base_rate("EUR", date(2026, 11, 25))


@pytest.mark.parametrize("currency", list(LEVELS))
def test_rates_stay_near_their_level(currency: str) -> None:
    level, unit = LEVELS[currency]
    for month in range(1, 13):
        rate = invented_base_rate(currency, date(2026, month, 15))
        assert abs(rate - level) <= level * Decimal("0.016")
        assert rate.as_tuple().exponent == unit.as_tuple().exponent


def test_a_demo_exporters_pack_opens_and_verifies(tmp_path: Path) -> None:
    with open_stores(Settings(data_dir=tmp_path / "data")) as stores:
        load.fill(
            load.brands(),
            datetime(2026, 11, 1, tzinfo=UTC),
            catalogue=stores.catalogue,
            exporter_store=stores.exporters,
            seller_store=stores.sellers,
        )
        assert load_demo_rates(stores, date(2026, 11, 1), date(2026, 11, 30)) == 60
        assert len(stores.published_rates.listed(RateKind.BASE, date(2026, 11, 1), date(2026, 11, 30))) == 60
        put_export(stores, record(1))
        made = make_pack(stores, HANEUL, read_period("2026-11"), tmp_path / "pack.zip")
    assert not made.partial
    assert verify_pack(tmp_path / "pack.zip", made.chain).declarations == 1
