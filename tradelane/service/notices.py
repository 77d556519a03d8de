"""What a notice may mean, judged without touching the network: pure functions from bytes to one inbox row.

Mercado Libre signs nothing and repeats everything, its topics change names and shapes, and a global-selling
application gets `orders_v2` where `marketplace_orders` was subscribed. So a notice is routed by the last noun of its
path and the numeric id behind it; the topic only has to speak of the same thing. The path itself is never fetched.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from typing import Any, Final

WAITING: Final = "waiting"
IGNORED: Final = "ignored"
REFUSED: Final = "refused"
HELD: Final = "held"

_PLAIN_PATH: Final = re.compile(r"/?[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")
_ID: Final = re.compile(r"[1-9][0-9]{0,19}")
_NOUNS: Final = ("orders", "shipments")
_TOPIC_WORDS: Final = ("order", "shipment")
_TRACKING_EVENTS: Final = ("TRACKING_UPDATED", "TRACKING_STOPPED")


@dataclass(frozen=True)
class Judged:
    """The inbox row a notice becomes."""

    reference: str
    body: str
    """JSON."""
    state: str
    note: str = ""


@dataclass(frozen=True)
class Resource:
    """What a notice is about: `noun` is `orders` or `shipments`, `id` its number."""

    noun: str
    id: str

    @property
    def path(self) -> str:
        """The one spelling under which a resource stands in the inbox."""
        return f"/{self.noun}/{self.id}"


def read_resource(path: str) -> Resource | None:
    """The order or shipment a path ends with, or None.

    >>> read_resource("/marketplace/orders/2000013770481964")
    Resource(noun='orders', id='2000013770481964')
    >>> read_resource("/orders/../users/1") is None
    True
    """
    if not _PLAIN_PATH.fullmatch(path):
        return None
    noun, _, number = path.lstrip("/").rpartition("/")
    noun = noun.rpartition("/")[2]
    return Resource(noun, number) if noun in _NOUNS and _ID.fullmatch(number) else None


def judge_mercadolibre(raw: bytes, application_id: str = "") -> Judged:
    """Judge the body of a Mercado Libre notification.

    `application_id` is ours, empty where it is not known; a notice that names another one is not for us.
    """
    try:
        text = raw.decode("utf-8-sig")
        notice = json.loads(text)
    except (ValueError, RecursionError):
        return Judged("", _wrapped(raw), IGNORED, "not JSON")
    if not isinstance(notice, dict):
        return Judged("", text, IGNORED, "not a JSON object")
    resource = notice.get("resource")
    if not isinstance(resource, str) or not resource:
        return Judged("", text, IGNORED, "no resource")
    state, note = _mercadolibre_state(notice, resource, application_id)
    found = read_resource(resource)
    return Judged(found.path if found else resource, text, state, note)


def _mercadolibre_state(notice: dict[str, Any], resource: str, application_id: str) -> tuple[str, str]:
    if not _PLAIN_PATH.fullmatch(resource):
        return REFUSED, "the resource is not a plain path of Mercado Libre"
    told = notice.get("application_id")
    if application_id and told is not None and str(told) != application_id:
        return IGNORED, "for another application"
    user = notice.get("user_id")
    if user is not None and not _ID.fullmatch(_number(user)):
        return IGNORED, "user_id is not a number"
    topic = notice.get("topic")
    if topic is not None and not isinstance(topic, str):
        return IGNORED, "topic is not text"
    parts = resource.lstrip("/").split("/")
    noun = parts[-2] if len(parts) > 1 else parts[-1]
    if noun == "claims":
        return HELD, "claim: a person answers it at Mercado Libre"
    if noun not in _NOUNS:
        return IGNORED, f"nothing to do for {_brief(resource)}"
    if read_resource(resource) is None:
        return REFUSED, f"{noun} without a numeric id"
    if topic is not None and not any(word in topic.lower() for word in _TOPIC_WORDS):
        return IGNORED, f"unknown topic {_brief(topic)}"
    return WAITING, ""


def signed_by_seventeentrack(raw: bytes, sign: str, key: str) -> bool:
    """Whether `sign` is hex(SHA-256(raw body, "/", key)), compared in constant time; no key, no signature.

    Source: 17TRACK API v2.4, webhook chapter. Plain SHA-256 and not HMAC, over the bytes as they came.
    """
    wanted = hashlib.sha256(raw + b"/" + key.encode()).hexdigest()
    return bool(key) and hmac.compare_digest(wanted.encode(), sign.strip().lower().encode("utf-8", "replace"))


def judge_seventeentrack(raw: bytes) -> Judged:
    """Judge the body of a 17TRACK push whose signature is good."""
    try:
        text = raw.decode("utf-8-sig")
        push = json.loads(text)
    except (ValueError, RecursionError):
        return Judged("", _wrapped(raw), IGNORED, "not JSON")
    data = push.get("data") if isinstance(push, dict) else None
    number = data.get("number") if isinstance(data, dict) else None
    if not isinstance(number, str) or not number.strip():
        return Judged("", text, IGNORED, "no number")
    event = push.get("event")
    if event not in _TRACKING_EVENTS:
        return Judged(number.strip(), text, IGNORED, f"unknown event {_brief(str(event))}")
    return Judged(number.strip(), text, WAITING)


def seller_of_notice(body: str) -> str | None:
    """The seller account (`user_id`) a kept notice names, if any."""
    return _number(_said(body).get("user_id")) or None


def insists(body: str) -> bool:
    """Whether a row is to be told even where nothing changed: `"insist": true`, written by reconcile and the desk."""
    return _said(body).get("insist") is True


def tag_of_push(body: str) -> str:
    """The reference we gave 17TRACK with a number and that its pushes bring back (`data.tag`), or nothing."""
    data = _said(body).get("data")
    tag = data.get("tag") if isinstance(data, dict) else None
    return tag if isinstance(tag, str) else ""


def _said(body: str) -> dict[str, Any]:
    try:
        notice = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return notice if isinstance(notice, dict) else {}


def _number(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**20:
        return str(value)
    return value if isinstance(value, str) else ""


def _wrapped(raw: bytes) -> str:
    return json.dumps({"raw": raw.decode("utf-8", "replace")})


def _brief(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:59] + "…")
