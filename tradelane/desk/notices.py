"""What people are told about holds, in the language of the settings.

A notice leaves the house (chat, mail), so it says no more than order id, step, reason, desk, due time and a command;
never a hold's words, which may quote a buyer, nor the hold's own commands, which may one day carry a value.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from tradelane.domain.language import Language
from tradelane.domain.trade_time import KOREA
from tradelane.domain.wording import desk_name, reason_title, step_name
from tradelane.ports import BoardHold, Notice

LONGEST_DIGEST = 20
"""Holds in one digest: some chats cut a message at 2,000 characters."""

_TEXTS: dict[str, dict[Language, str]] = {
    "hold": {
        Language.ENGLISH: "Order {order} waits at {step} for the {owner}",
        Language.KOREAN: "주문 {order} 보류: {step} (담당: {owner})",
    },
    "due": {
        Language.ENGLISH: "Overdue: order {order} waits at {step} for the {owner}",
        Language.KOREAN: "기한 초과: 주문 {order}, {step} (담당: {owner})",
    },
    "body": {
        Language.ENGLISH: "Step: {key}\nReason: {title} ({reason})\nDue: {due} KST\n{command}",
        Language.KOREAN: "단계: {key}\n사유: {title} ({reason})\n기한: {due} KST\n{command}",
    },
    "digest": {
        Language.ENGLISH: "{owner}, {day}: open holds: {count}",
        Language.KOREAN: "{owner}, {day}: 보류 {count}건",
    },
    "line": {
        Language.ENGLISH: "{due}  {order}  {key}  {reason}",
        Language.KOREAN: "{due}  {order}  {key}  {title}",
    },
    "more": {
        Language.ENGLISH: "and {more} more: {command}",
        Language.KOREAN: "그 외 {more}건: {command}",
    },
    "all": {
        Language.ENGLISH: "All of them: {command}",
        Language.KOREAN: "전체 목록: {command}",
    },
}


def hold_notice(one: BoardHold, language: Language) -> Notice:
    """A step holds: told once to the desk that is asked first."""
    return _of_hold("hold", one, language)


def due_notice(one: BoardHold, language: Language) -> Notice:
    """The due time has passed and the step still holds: told once more."""
    return _of_hold("due", one, language)


def digest_notice(owner: str, day: date, waiting: Sequence[BoardHold], language: Language) -> Notice:
    """The day's list of one desk, `waiting` by due time; `day` is the Korean day of trade time."""
    lines = [
        _text(
            "line", language, due=_minute(one.hold.due), order=one.order_id, key=one.hold.key,
            reason=one.hold.reason, title=reason_title(language, one.hold.reason),
        )
        for one in waiting
    ]  # fmt: skip
    tail = {"more": len(lines) - LONGEST_DIGEST, "command": f'tradelane holds list --owner "{owner}"'}
    last = _text("more" if len(lines) > LONGEST_DIGEST else "all", language, **tail)
    return Notice(
        id=f"digest:{owner}:{day.isoformat()}",
        kind="digest",
        owner=owner,
        title=_text("digest", language, owner=desk_name(language, owner), day=day.isoformat(), count=len(lines)),
        body="\n".join([*lines[:LONGEST_DIGEST], last]),
    )


def _of_hold(kind: str, one: BoardHold, language: Language) -> Notice:
    hold = one.hold
    command = f"tradelane holds show {one.order_id} --step {hold.key}"
    title = reason_title(language, hold.reason)
    return Notice(
        id=f"{kind}:{one.order_id}:{hold.key}:{hold.since.astimezone(UTC).isoformat()}",
        kind=kind,
        owner=hold.owner,
        title=_text(
            kind, language, order=one.order_id, step=step_name(language, hold.key),
            owner=desk_name(language, hold.owner),
        ),
        body=_text(
            "body", language, key=hold.key, reason=hold.reason, title=title, due=_minute(hold.due), command=command
        ),
    )  # fmt: skip


def _text(name: str, language: Language, **values: object) -> str:
    return _TEXTS[name][language].format(**values)


def _minute(instant: datetime) -> str:
    return f"{instant.astimezone(KOREA):%Y-%m-%d %H:%M}"
