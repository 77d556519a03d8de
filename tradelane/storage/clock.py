"""The deployment's one clock record: a small JSON file that the simulators read too."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from tradelane.domain.trade_time import TradeClock
from tradelane.storage.database import NotRecorded


class FileClock:
    """The port `ClockRecord` on a file `{"trade_epoch", "real_epoch", "pace"}`; instants in ISO 8601 with zone."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> TradeClock:
        """The record; raises `NotRecorded` before it was written."""
        try:
            return TradeClock.model_validate_json(self._path.read_bytes())
        except FileNotFoundError as missing:
            raise NotRecorded(f"There is no clock record at {self._path} yet.") from missing

    @classmethod
    def ensure(cls, path: Path, clock: TradeClock) -> FileClock:
        """Write the record unless there is one: journeys keep the clock they began with, so it is written once."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
            record = {
                "trade_epoch": clock.trade_epoch.isoformat(),
                "real_epoch": clock.real_epoch.isoformat(),
                "pace": clock.pace,
            }
            try:
                with draft.open("x", encoding="utf-8") as file:
                    json.dump(record, file)
                    file.flush()
                    os.fsync(file.fileno())
                path.hardlink_to(draft)
            except FileExistsError:
                pass
            finally:
                draft.unlink(missing_ok=True)
        return cls(path)
