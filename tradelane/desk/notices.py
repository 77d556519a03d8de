"""What people are told about holds, in the language of the settings.

A notice leaves the house (chat, mail), so it says no more than order id, step, reason, desk, due time and a command;
never a hold's words, which may quote a buyer, nor the hold's own commands, which may one day carry a value.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from tradelane.domain.holds import Hold
from tradelane.domain.language import Language
from tradelane.domain.trade_time import KOREA
from tradelane.ports import BoardHold, Notice

LONGEST_DIGEST = 20
"""Holds in one digest: some chats cut a message at 2,000 characters."""

_TEXTS: dict[str, dict[Language, str]] = {
    "hold": {
        Language.ENGLISH: "Order {order} waits at {step} for the {owner}",
        Language.KOREAN: "주문 {order}: {step} 단계에서 대기 중 (담당: {owner})",
    },
    "due": {
        Language.ENGLISH: "Overdue: order {order} waits at {step} for the {owner}",
        Language.KOREAN: "기한 초과: 주문 {order}, {step} 단계 (담당: {owner})",
    },
    "body": {
        Language.ENGLISH: "Reason: {reason}\nDue: {due} KST\n{command}",
        Language.KOREAN: "사유: {reason}\n기한: {due} KST\n{command}",
    },
    "digest": {
        Language.ENGLISH: "{owner}, {day}: open holds: {count}",
        Language.KOREAN: "{owner}, {day}: 처리 대기 {count}건",
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
    lines = [f"{_minute(one.hold.due)}  {one.order_id}  {one.hold.key}  {one.hold.reason}" for one in waiting]
    tail = {"more": len(lines) - LONGEST_DIGEST, "command": f'tradelane holds list --owner "{owner}"'}
    last = _text("more" if len(lines) > LONGEST_DIGEST else "all", language, **tail)
    return Notice(
        id=f"digest:{owner}:{day.isoformat()}",
        kind="digest",
        owner=owner,
        title=_text("digest", language, owner=owner, day=day.isoformat(), count=len(lines)),
        body="\n".join([*lines[:LONGEST_DIGEST], last]),
    )


def _of_hold(kind: str, one: BoardHold, language: Language) -> Notice:
    hold = one.hold
    command = f"tradelane holds show {one.order_id} --step {hold.key}"
    return Notice(
        id=f"{kind}:{one.order_id}:{hold.key}:{_instant(hold)}",
        kind=kind,
        owner=hold.owner,
        title=_text(kind, language, order=one.order_id, step=hold.key, owner=hold.owner),
        body=_text("body", language, reason=hold.reason, due=_minute(hold.due), command=command),
    )


def _text(name: str, language: Language, **values: object) -> str:
    return _TEXTS[name][language].format(**values)


def _minute(instant: datetime) -> str:
    return f"{instant.astimezone(KOREA):%Y-%m-%d %H:%M}"


def _instant(hold: Hold) -> str:
    return hold.since.astimezone(UTC).isoformat()
