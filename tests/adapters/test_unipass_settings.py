"""Keys and certificates of UNI-PASS as settings: one key for each service, and demo keys only for the simulator."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from tradelane.adapters.manual import ManualCustoms
from tradelane.adapters.unipass import UnipassCustoms, demo_keys
from tradelane.adapters.unipass.services import SERVICES
from tradelane.installation import settings_environment, uses_simulators
from tradelane.resources import open_resources, unipass_access
from tradelane.settings import Channel, Settings

REAL = "https://unipass.customs.go.kr:38010/ext/rest"


def told(settings: Settings) -> dict[str, str]:
    return {name: key.get_secret_value() for name, key in settings.unipass_keys.items()}


def test_keys_come_as_json_and_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADELANE_UNIPASS_KEYS", '{"API012": "rate-key", "029": "law-key"}')
    monkeypatch.setenv("TRADELANE_UNIPASS_KEYS__API002", "state-key")
    assert told(Settings()) == {"API012": "rate-key", "API029": "law-key", "API002": "state-key"}


@pytest.mark.parametrize("name", ["API12", "rates", "API0123", "X012", ""])
def test_what_names_no_service_is_refused_without_showing_the_key(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("TRADELANE_UNIPASS_KEYS", f'{{"{name}": "a-real-key"}}')
    with pytest.raises(ValidationError) as failure:
        Settings()
    assert "no service of UNI-PASS" in str(failure.value) and "a-real-key" not in str(failure.value)


def test_keys_are_not_printed() -> None:
    assert "rate-key" not in repr(Settings(unipass_keys={"API012": SecretStr("rate-key")}))


def test_the_simulator_is_asked_with_its_own_keys_and_the_real_one_never() -> None:
    simulated = unipass_access(Settings())
    assert simulated.keys == demo_keys()
    assert {one.number for one in SERVICES} == set(simulated.keys)
    real = unipass_access(Settings(unipass_url=REAL, unipass_keys={"API012": SecretStr("rate-key")}))
    assert (real.base_url, set(real.keys)) == (REAL, {"API012"})


def test_a_child_process_reads_the_same_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("-----BEGIN CERTIFICATE-----\n")
    given = Settings(
        unipass_url=REAL, unipass_keys={"API012": SecretStr("k")}, unipass_ca_file=bundle, customs=Channel.MANUAL
    )
    for name, value in settings_environment(given).items():
        monkeypatch.setenv(name, value)
    child = Settings()
    assert (told(child), child.unipass_ca_file, child.customs) == ({"API012": "k"}, bundle, Channel.MANUAL)


def test_a_file_without_certificates_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    for wrong, words in (
        (tmp_path / "none.pem", "cannot be read"),
        (empty, "no certificate"),
        (tmp_path, "cannot be read"),
    ):
        with pytest.raises(ValidationError, match=words):
            Settings(unipass_ca_file=wrong)


@pytest.mark.parametrize(("channel", "kind"), [(Channel.PROTOCOL, UnipassCustoms), (Channel.MANUAL, ManualCustoms)])
async def test_the_channel_chooses_who_reads_customs(tmp_path: Path, channel: Channel, kind: type) -> None:
    async with open_resources(Settings(data_dir=tmp_path, customs=channel)) as resources:
        assert isinstance(resources.customs, kind)


def test_no_simulator_is_needed_for_customs_read_by_a_person() -> None:
    real = {"mercadolibre_url": "https://m.test", "ktnet_url": "https://k.test", "seventeentrack_url": "https://t.test"}
    assert uses_simulators(Settings(**real, transport="manual"))
    assert not uses_simulators(Settings(**real, transport="manual", customs=Channel.MANUAL))
