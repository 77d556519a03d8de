"""The log as the last one to be told, where neither chat nor mail is set."""

from __future__ import annotations

import structlog

from tradelane.ports import Notice

_log = structlog.get_logger("tradelane.notice")


class LogNotifier:
    """The port `Notifier` on structlog: one line for each notice."""

    name = "log"

    async def tell(self, notice: Notice) -> None:
        """Write the line; never fails."""
        _log.info(
            "notice.told", id=notice.id, kind=notice.kind, owner=notice.owner, title=notice.title, body=notice.body
        )
