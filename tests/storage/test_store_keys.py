"""Data keys: one per owner, wrapped by a master key, destroyed for good."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tradelane.storage.database import Database, open_database
from tradelane.storage.keys import KeyDestroyed, KeyUnknown, KeyVault, MasterKey, SealBroken, desk_owner, secret_file
from tradelane.storage.migrations import migrate

OWNER = "order/MLC/2000013770481964"
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path / 'main.sqlite'}")
    migrate(database, "main")
    yield database
    database.close()


def vault_on(database: Database, master: MasterKey | None = None) -> KeyVault:
    return KeyVault(database, master or MasterKey(b"m" * 32), lambda: NOW)


def test_an_owner_keeps_one_key_across_processes(database: Database) -> None:
    vaults = [vault_on(database) for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        keys = list(threads.map(lambda vault: vault.for_owner(OWNER), vaults))
    assert len({key.key_id for key in keys}) == 1
    assert vault_on(database).by_id(keys[0].key_id).secret == keys[0].secret


def test_owners_do_not_share_keys(database: Database) -> None:
    vault = vault_on(database)
    assert vault.for_owner(OWNER).secret != vault.for_owner("desk/2026-11-20").secret


def test_destroying_a_key_erases_what_it_sealed_and_a_later_value_gets_a_new_key(database: Database) -> None:
    vault = vault_on(database)
    sealed = vault.seal(OWNER, "Rosamunda", "place")
    assert vault.unseal(sealed, "place") == "Rosamunda"
    old = vault.for_owner(OWNER)
    assert vault.destroy(OWNER)
    assert not vault.destroy(OWNER), "there is nothing left to destroy"
    with pytest.raises(KeyDestroyed, match="2026-11-20"):
        vault.unseal(sealed, "place")
    assert vault.for_owner(OWNER).key_id != old.key_id


def test_a_destroyed_key_is_not_in_the_files_any_more(database: Database, tmp_path: Path) -> None:
    vault = vault_on(database, master := MasterKey(b"m" * 32))
    key = vault.for_owner(OWNER)
    with database.read() as connection:
        wrapped = connection.exec_driver_sql("SELECT wrapped FROM data_keys").scalar_one()
    assert master.unwrap(key.key_id, wrapped) == key.secret
    vault.destroy(OWNER)
    files = [path.read_bytes() for path in tmp_path.iterdir()]
    assert files and not any(wrapped in content for content in files)


def test_desk_keys_are_destroyed_by_day(database: Database) -> None:
    vault = vault_on(database)
    for day in (date(2026, 8, 1), date(2026, 8, 2), date(2026, 11, 20)):
        vault.for_owner(desk_owner(day))
    kept = vault.for_owner(OWNER)
    assert vault.destroy_desk_keys(date(2026, 8, 3)) == 2
    assert vault.desk_key() == vault.for_owner("desk/2026-11-20")
    assert vault_on(database).by_id(kept.key_id) == kept


def test_an_unknown_key_is_told_apart_from_a_destroyed_one(database: Database) -> None:
    with pytest.raises(KeyUnknown):
        vault_on(database).by_id("0" * 32)


def test_another_master_key_opens_nothing(database: Database) -> None:
    vault_on(database).for_owner(OWNER)
    with pytest.raises(SealBroken, match="another master key"):
        vault_on(database, MasterKey(b"n" * 32)).for_owner(OWNER)


def test_sealed_bytes_belong_to_their_place(database: Database) -> None:
    vault = vault_on(database)
    sealed = vault.seal(OWNER, "Rosamunda", "decisions.content")
    with pytest.raises(SealBroken):
        vault.unseal(sealed, "inbox.body")


def test_a_key_never_shows_in_its_printed_form(database: Database) -> None:
    key = vault_on(database).for_owner(OWNER)
    assert repr(key.secret) not in repr(key)


def test_the_master_key_file_is_made_once_and_only_ours_to_read(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda n: secret_file(path, lambda: f"key {n}"), range(8)))
    assert len(set(made)) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["master.key"], "no drafts are left"
    path.chmod(0o644)
    with pytest.raises(PermissionError, match="chmod 600"):
        secret_file(path, lambda: "never")


def test_a_master_key_comes_from_a_file_or_from_base64(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    first = MasterKey.from_file(path)
    wrapped = first.wrap("k", b"s" * 32)
    assert MasterKey.from_file(path).unwrap("k", wrapped) == b"s" * 32
    assert MasterKey.from_text(path.read_text(encoding="utf-8")).unwrap("k", wrapped) == b"s" * 32
    with pytest.raises(ValueError, match="32 bytes, not 5"):
        MasterKey.from_text(base64.b64encode(b"short").decode())
    with pytest.raises(ValueError, match="not base64"):
        MasterKey.from_text("no base64!")
