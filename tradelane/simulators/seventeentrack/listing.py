"""`gettracklist`: registered numbers, forty to a page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tradelane.simulators.seventeentrack.registry import Registered, Registry
from tradelane.simulators.seventeentrack.tracking import event_json, times, utc
from tradelane.simulators.stage import Stage
from tradelane.simulators.world import TransportEvent, events_until

Json = dict[str, Any]
PAGE = 40


def page(stage: Stage, registry: Registry, asked: Mapping[str, Any]) -> Json:
    """One page; filters `number`, `carrier`, `tracking_status` (Tracking, Stopped)."""
    found = [entry for entry in registry.all() if _fits(entry, asked)]
    number = max(1, int(asked.get("page_no", 1)))
    rows = found[(number - 1) * PAGE : number * PAGE]
    return {
        "page": {
            "data_total": len(found),
            "page_total": -(-len(found) // PAGE),
            "page_no": number,
            "page_size": PAGE,
        },
        "code": 0,
        "data": {"accepted": [_row(stage, entry) for entry in rows]},
    }


def _fits(entry: Registered, asked: Mapping[str, Any]) -> bool:
    numbers = str(asked.get("number") or "").split(",")
    return (
        (numbers == [""] or entry.number in numbers)
        and asked.get("carrier", entry.carrier) == entry.carrier
        and asked.get("tracking_status", _state(entry)) == _state(entry)
    )


def _state(entry: Registered) -> str:
    return "Tracking" if entry.stopped_at is None else "Stopped"


def _row(stage: Stage, entry: Registered) -> Json:
    events = events_until(stage.connection(), entry.number, stage.now())
    latest = event_json(events[-1]) if events else None
    push = (
        stage.connection()
        .execute(
            "SELECT pushed_at, http_code FROM st_pushes WHERE number = ? AND carrier = ?"
            " AND http_code IS NOT NULL ORDER BY seq DESC",
            (entry.number, entry.carrier),
        )
        .fetchone()
    )
    return {
        "number": entry.number,
        "param": None,
        "param_type": "None",
        "data_origin": "Api",
        "carrier": entry.carrier,
        "shipping_country": "KR",
        "final_carrier": 0,
        "recipient_country": "CL",
        "register_time": utc(entry.registered_at),
        "tracking_status": _state(entry),
        "package_status": latest["sub_status"].partition("_")[0] if latest else "NotFound",
        "track_time": utc(stage.now()),
        "sync_status": True,
        "push_time": utc(datetime.fromisoformat(push["pushed_at"])) if push and push["pushed_at"] else None,
        "push_status": "NotPushed" if push is None else ("Success" if push["http_code"] == 200 else "Failure"),
        "push_status_code": None if push is None else push["http_code"],
        "stop_track_time": None if entry.stopped_at is None else utc(entry.stopped_at),
        "stop_track_reason": None if entry.stopped_at is None else "ByRequest",
        "is_retracked": False,
        "carrier_change_count": 0,
        "tag": entry.tag,
        "email": "",
        "order_no": entry.order_no,
        "order_time": None,
        "lang": "",
        "remark": None,
        "latest_event_time": latest["time_iso"] if latest else None,
        "latest_event_info": latest["description"] if latest else None,
        # The misspelling is the real one.
        "delievery_time": _first(events, "OK"),
        "pickup_time": _first(events, "PU"),
    }


def _first(events: list[TransportEvent], code: str) -> str | None:
    return next((str(times(event)["time_utc"]) for event in events if event.code == code), None)
