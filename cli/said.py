"""How a hold is printed for people, in the language of the settings; its codes stay visible beside the words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from tradelane.domain.holds import Hold
    from tradelane.domain.language import Language


def minute(instant: datetime | None) -> str:
    """An instant to the minute as the clock on the desk's wall shows it, or nothing; notices say the same."""
    return f"{seoul(instant)} KST" if instant else ""


def seoul(instant: datetime | None, seconds: bool = False) -> str:
    """An instant in Korean time without its zone, for columns whose head names it; nothing for none."""
    from tradelane.domain.trade_time import KOREA

    return f"{instant.astimezone(KOREA):{'%Y-%m-%d %H:%M:%S' if seconds else '%Y-%m-%d %H:%M'}}" if instant else ""


def hold_lines(hold: Hold, language: Language) -> list[str]:
    """Why, what to do, what the counterparty said, who, by when, and the commands that resolve it."""
    from tradelane.domain import wording

    def row(name: str, text: str) -> str:
        return f"  {wording.label(language, name)}: {text}"

    owner = wording.desk_name(language, hold.owner)
    lines = [
        f"{wording.label(language, 'held')}: {wording.step_name(language, hold.key)} ({hold.key})",
        row("why", f"{wording.reason_title(language, hold.reason)} ({hold.reason})"),
        row("advice", wording.reason_advice(language, hold.reason)),
        row("words", hold.words),
        row("fault", wording.fault_name(language, hold.fault)),
        row("owner", f"{owner}: {hold.assignee}" if hold.assignee else owner),
        row("since", minute(hold.since)),
        row("due", minute(hold.due)),
    ]
    if hold.snoozed_until:
        lines.append(row("snoozed", minute(hold.snoozed_until)))
    ways = ", ".join(f"{wording.resolution_name(language, way)} ({way.value})" for way in hold.resolutions)
    lines.append(row("ways", ways))
    if hold.result_shape:
        lines.append(row("result", hold.result_shape))
    return [*lines, *(f"    {command}" for command in hold.commands)]


def reason_cell(reason: str, language: Language) -> str:
    """A reason in a table: its code, with its name where operators do not read English."""
    from tradelane.domain import wording
    from tradelane.domain.language import Language

    if language is Language.ENGLISH:
        return reason
    return f"{wording.reason_title(language, reason)} ({reason})"
