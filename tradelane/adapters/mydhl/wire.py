# ruff: noqa: N815 - the names are theirs
"""MyDHL's answers in its own words (OpenAPI description 3.1.1). Requests are plain dicts, built in `booking`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


def _empty_for_null(value: Any) -> Any:
    return () if value is None else value


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Text = Annotated[str | None, BeforeValidator(_as_text)]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class Image(_Wire):
    """A paper DHL made (booking) or keeps (get-image); content is base64."""

    typeCode: str = ""
    imageFormat: str | None = None
    encodingFormat: str | None = None
    content: str = ""


Images = Annotated[tuple[Image, ...], BeforeValidator(_empty_for_null)]


class Booked(_Wire):
    """Answer 201 of `POST /shipments`."""

    shipmentTrackingNumber: Annotated[str, BeforeValidator(_as_text)]
    dispatchConfirmationNumber: Text = None
    documents: Images = ()


class Stored(_Wire):
    """Answer of get-image."""

    documents: Images = ()


class ServiceArea(_Wire):
    code: str | None = None
    description: str | None = None


Areas = Annotated[tuple[ServiceArea, ...], BeforeValidator(_empty_for_null)]


class Remark(_Wire):
    value: str | None = None
    details: str | None = None


Remarks = Annotated[tuple[Remark, ...], BeforeValidator(_empty_for_null)]


class Event(_Wire):
    """A checkpoint; date and time are local to its place, `GMTOffset` says how far from GMT."""

    date: str | None = None
    time: str | None = None
    GMTOffset: str | None = None
    typeCode: str | None = None
    description: str | None = None
    serviceArea: Areas = ()
    remarks: Remarks = ()


class Shipment(_Wire):
    shipmentTrackingNumber: Text = None
    shipmentTimestamp: str | None = None
    events: Annotated[tuple[Event, ...], BeforeValidator(_empty_for_null)] = ()


class Tracked(_Wire):
    """Answer of both tracking calls."""

    shipments: Annotated[tuple[Shipment, ...], BeforeValidator(_empty_for_null)] = ()
