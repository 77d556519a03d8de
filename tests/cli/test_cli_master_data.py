"""Products, exporters and sellers through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.frame import run
from cli.main import app
from cli.parts import same_settings
from tradelane.settings import Settings
from tradelane.stores import open_stores

BRANDS = Path(__file__).parents[2] / "tradelane" / "demo" / "brands.json"
Told = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRADELANE_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def told_json(told: Told) -> object:
    return json.loads(told.readouterr().out)


def test_what_was_imported_is_shown(capsys: Told) -> None:
    content = json.loads(BRANDS.read_text(encoding="utf-8"))
    assert run(app, ["exporters", "import", str(BRANDS)]) == 0
    assert run(app, ["catalogue", "import", str(BRANDS)]) == 0
    capsys.readouterr()
    assert run(app, ["catalogue", "show", "--json"]) == 0
    shown = told_json(capsys)
    assert isinstance(shown, list)
    assert {product["sku"] for product in shown} == {product["sku"] for product in content["products"]}
    assert run(app, ["exporters", "show", content["exporters"][0]["id"], "--json"]) == 0
    exporter = told_json(capsys)
    assert isinstance(exporter, list)
    assert exporter[0]["name_ko"] == content["exporters"][0]["name_ko"]


def test_a_product_grows_field_by_field_and_says_what_it_lacks(capsys: Told) -> None:
    assert run(app, ["catalogue", "set", "NEW-1", "description_en=Ceramic cup", "net_weight_g=300"]) == 0
    assert run(app, ["catalogue", "set", "NEW-1", "net_weight_g=310"]) == 0
    capsys.readouterr()
    assert run(app, ["catalogue", "show"]) == 0
    row = next(line for line in capsys.readouterr().out.splitlines() if line.lstrip().startswith("NEW-1"))
    assert "Ceramic cup" in row
    assert "310" in row
    assert "hsk" in row
    assert "description_en" not in row


def test_a_seller_keeps_what_is_not_given_again_and_its_token_is_never_shown(own_folder: Path, capsys: Told) -> None:
    secret = own_folder / "token"
    secret.write_text("TG-invented-refresh-token\n")
    assert run(
        app,
        [
            "sellers", "set", "42", "--nickname", "AGENCIA", "--go-live", "2026-12-01T00:00:00+09:00",
            "--regime", "domiciled_operator", "--operator-name", "Plataforma Inventada SpA",
            "--operator-id", "76.543.210-3", "--refresh-token-file", str(secret),
        ],
    ) == 0  # fmt: skip
    assert run(app, ["sellers", "set", "42", "--nickname", "AGENCIA DOS"]) == 0
    capsys.readouterr()
    assert run(app, ["sellers", "show", "42", "--json"]) == 0
    said = capsys.readouterr().out
    assert "TG-invented" not in said
    shown = json.loads(said)[0]
    assert shown["nickname"] == "AGENCIA DOS"
    assert shown["go_live"] == "2026-11-30T15:00:00Z"
    assert shown["accreditation"]["regime"] == "domiciled_operator"
    with open_stores(Settings()) as stores:
        token = stores.sellers.token("42")
    assert token is not None
    assert token.refresh_token == "TG-invented-refresh-token"


def test_the_inbox_is_listed_without_what_was_written_in_it(capsys: Told) -> None:
    with open_stores(Settings()) as stores:
        stores.inbox.add("mercadolibre", "/orders/1", '{"buyer": "Nombre Inventado"}', state="refused", note="unknown")
    assert run(app, ["inbox", "list", "--state", "refused", "--json"]) == 0
    said = capsys.readouterr().out
    assert json.loads(said)[0]["reference"] == "/orders/1"
    assert "Nombre Inventado" not in said
    assert run(app, ["inbox", "list", "--state", "held"]) == 0
    assert capsys.readouterr().out == "Nothing there.\n"


def test_another_shell_is_told_how_to_speak_to_an_installation_that_was_moved(tmp_path: Path) -> None:
    moved = Settings(data_dir=tmp_path / "two words", engine_port=17233)
    assert same_settings(moved) == (
        f"export TRADELANE_DATA_DIR='{tmp_path.resolve() / 'two words'}' TRADELANE_ENGINE_PORT=17233"
    )
