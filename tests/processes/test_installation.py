"""Parts of an installation: what they are told and how the engine is started."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tradelane.contracts.search_attributes import TYPES
from tradelane.embedded_engine import engine_part
from tradelane.installation import (
    WORKER_SCRIPT,
    keep_clock,
    service_part,
    settings_environment,
    simulators_part,
    uses_simulators,
    worker_part,
)
from tradelane.settings import Channel, Settings


def test_a_child_reads_the_very_settings_its_parent_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(
        data_dir=tmp_path,
        service_port=8181,
        pace=172_800.0,
        packing_by_estimate=True,
        shadow=True,
        go_live=datetime(2026, 11, 22, tzinfo=UTC),
        transport=Channel.MANUAL,
        webhook_secret=SecretStr("a secret of the path"),
    )
    for name, value in settings_environment(settings).items():
        monkeypatch.setenv(name, value)
    assert Settings() == settings


def test_the_clock_record_is_written_once(tmp_path: Path) -> None:
    """Journeys remember the clock they began with, so a later start never changes it."""
    epoch = datetime(2026, 11, 23, tzinfo=UTC)
    first = keep_clock(Settings(data_dir=tmp_path, pace=172_800.0), epoch)
    assert (first.trade_epoch, first.pace) == (epoch, 172_800.0)
    assert keep_clock(Settings(data_dir=tmp_path, pace=1.0)) == first


def test_the_engine_is_started_with_every_search_attribute_and_measured_flag(tmp_path: Path) -> None:
    command = engine_part(Settings(data_dir=tmp_path, engine_port=7300, ui_port=8300, service_port=8100)).command
    told = list(itertools.pairwise(command))
    for name, kind in TYPES.items():
        assert ("--search-attribute", f"{name}={kind}") in told
    assert ("--sqlite-pragma", "journal_mode=wal") in told
    assert ("--sqlite-pragma", "synchronous=1") in told
    assert ("--dynamic-config-value", 'history.timerProcessorMaxTimeShift="1ms"') in told
    assert ("--dynamic-config-value", "matching.enableFairness=true") in told
    assert ("--ui-codec-endpoint", "http://127.0.0.1:8100/codec") in told
    assert ("--db-filename", str(tmp_path / "engine.sqlite")) in told
    assert not any("WorkflowPause" in word for word in command)


def test_every_port_names_the_flag_that_moves_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    parts = [engine_part(settings), simulators_part(settings), service_part(settings), worker_part(settings)]
    flags = {port.flag: port.number for part in parts for port in part.ports}
    assert flags == {
        "--engine-port": 7233,
        "--ui-port": 8233,
        "--metrics-port": 7234,
        "--simulators-port": 8090,
        "--service-port": 8080,
    }


def test_the_worker_is_ready_when_its_own_process_id_is_written(tmp_path: Path) -> None:
    part = worker_part(Settings(data_dir=tmp_path))
    assert not part.healthy(4711)
    (tmp_path / "worker.pid").write_text("4710")
    assert not part.healthy(4711)
    (tmp_path / "worker.pid").write_text("4711")
    assert part.healthy(4711)


def test_the_worker_script_lies_beside_the_package() -> None:
    assert WORKER_SCRIPT.is_file()


def test_simulators_are_used_unless_every_counterparty_is_real_or_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRADELANE_MYDHL_URL", raising=False)
    real: dict[str, Any] = {
        "mercadolibre_url": "https://api.mercadolibre.test",
        "unipass_url": "https://unipass.test",
        "ktnet_url": "https://ktnet.test",
        "seventeentrack_url": "https://17track.test",
    }
    assert uses_simulators(Settings())
    assert uses_simulators(Settings(**real))
    assert not uses_simulators(Settings(**real, transport="manual"))
    monkeypatch.setenv("TRADELANE_MYDHL_URL", "https://mydhl.test")
    assert not uses_simulators(Settings(**real))
    assert uses_simulators(Settings(**{**real, "ktnet_url": ""}))
    assert not uses_simulators(Settings(**{**real, "ktnet_url": "", "filing": Channel.MANUAL}))
