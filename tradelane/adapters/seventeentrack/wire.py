"""17TRACK's messages in its own words (v2.4)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


def _text_or_none(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _empty_for_null(value: Any) -> Any:
    return () if value is None else value


def _nothing_for_null(value: Any) -> Any:
    return {} if value is None else value


Number = Annotated[str | None, BeforeValidator(_text_or_none)]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class Fault(_Wire):
    code: int = 0
    message: str | None = None


class Rejected(_Wire):
    number: Number = None
    error: Fault = Fault()


class Place(_Wire):
    country: str | None = None


class RawTime(_Wire):
    date: str | None = None
    time: str | None = None
    timezone: str | None = None


class Event(_Wire):
    """One scan; `time_iso` carries the offset of the place and may be null, then `time_raw` is all there is."""

    time_iso: str | None = None
    time_utc: str | None = None
    time_raw: RawTime | None = None
    description: str | None = None
    location: str | None = None
    stage: str | None = None
    sub_status: str | None = None
    address: Place | None = None


class Provider(_Wire):
    events: Annotated[tuple[Event, ...], BeforeValidator(_empty_for_null)] = ()


class Tracking(_Wire):
    providers: Annotated[tuple[Provider, ...], BeforeValidator(_empty_for_null)] = ()


class TrackInfo(_Wire):
    latest_event: Event | None = None
    tracking: Tracking | None = None


class Accepted(_Wire):
    """An accepted entry of any call; `track_info` in gettrackinfo and pushes, `tracking_status` in lists."""

    number: Number = None
    track_info: TrackInfo | None = None
    tracking_status: str | None = None


class Data(_Wire):
    accepted: Annotated[tuple[Accepted, ...], BeforeValidator(_empty_for_null)] = ()
    rejected: Annotated[tuple[Rejected, ...], BeforeValidator(_empty_for_null)] = ()
    errors: Annotated[tuple[Fault, ...], BeforeValidator(_empty_for_null)] = ()


class Page(_Wire):
    page_total: int = 1
    page_no: int = 1


class Envelope(_Wire):
    """HTTP 200 with rejections is normal; `code` is 0 unless the whole call failed."""

    code: int
    data: Annotated[Data, BeforeValidator(_nothing_for_null)] = Data()
    page: Page | None = None


class Push(_Wire):
    """`TRACKING_UPDATED` or `TRACKING_STOPPED` with one object."""

    event: str
    data: Accepted
