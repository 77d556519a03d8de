"""EasyPost's answers in its own words. Requests are plain dicts, built in `booking`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


def _none_is_empty(value: Any) -> Any:
    return () if value is None else value


class _Wire(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class Rate(_Wire):
    """An offer for a shipment; it is bought by its id."""

    id: str
    carrier: str | None = None
    service: str | None = None
    rate: Decimal | None = None
    currency: str | None = None


class Message(_Wire):
    """Why a carrier made no offer; its words may quote what was sent and go nowhere."""

    carrier: str | None = None
    type: str | None = None


class PostageLabel(_Wire):
    label_url: str | None = None
    label_pdf_url: str | None = None


class Shipment(_Wire):
    """A shipment: an offer until it is bought, then it has a tracking code."""

    id: str
    reference: str | None = None
    tracking_code: str | None = None
    refund_status: str | None = None
    postage_label: PostageLabel | None = None
    rates: Annotated[tuple[Rate, ...], BeforeValidator(_none_is_empty)] = ()
    messages: Annotated[tuple[Message, ...], BeforeValidator(_none_is_empty)] = ()


class TrackingLocation(_Wire):
    city: str | None = None
    state: str | None = None
    country: str | None = None


class TrackingDetail(_Wire):
    """One scan."""

    message: str | None = None
    status: str | None = None
    status_detail: str | None = None
    datetime: str | None = None
    tracking_location: TrackingLocation | None = None


class Tracker(_Wire):
    id: str
    tracking_code: str | None = None
    shipment_id: str | None = None
    tracking_details: Annotated[tuple[TrackingDetail, ...], BeforeValidator(_none_is_empty)] = ()


class Trackers(_Wire):
    """Answer of `GET /trackers`."""

    trackers: tuple[Tracker, ...]
