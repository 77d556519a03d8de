"""Results a person types in when a step was done by hand: their shapes, checked before anything is written down."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from tradelane.domain.identifiers import ExportDeclarationNumber, WaybillNumber
from tradelane.domain.trade_time import Instant


class _Result(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FiledByHand(_Result):
    """An export declaration a person filed; without an instant of acceptance customs has not answered yet."""

    number: ExportDeclarationNumber
    accepted_at: Instant | None = None


class SeenByHand(_Result):
    """Where a filing stands at customs, as a person read it in UNI-PASS or was told by the broker."""

    state: Literal["accepted", "selected_documents", "selected_inspection", "rejected", "withdrawn", "cancelled"]
    number: ExportDeclarationNumber | None = None
    accepted_at: Instant | None = None
    words: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] = ""

    @model_validator(mode="after")
    def _accepted_is_proven(self) -> Self:
        if self.state == "accepted" and (self.number is None or self.accepted_at is None):
            raise ValueError("accepted wants number and accepted_at")
        return self


class LoadedByHand(_Result):
    """A loading that a person read in UNI-PASS: the Korean day of departure, and what proves it."""

    loaded_on: date
    packages: Annotated[int, Field(ge=1)]
    evidence: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=300)]


class RequirementsByHand(_Result):
    """What customs wants for the goods, as a person looked it up: `none`, or its words."""

    confirmation: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=300)]
    shortened_loading: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=300)]


class ScreenedByHand(_Result):
    """A decision about exactly the hits that a screening named."""

    hits: Annotated[str, StringConstraints(pattern="^[0-9a-f]{12}$")]
    verdict: Literal["cleared", "confirmed"]
    """`cleared`: not the listed party; `confirmed`: it is, and the order is cancelled by a decision of its own."""
    evidence: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=300)]


class BookedByHand(_Result):
    """Transport a person booked."""

    waybill: WaybillNumber


class DoneByHand(_Result):
    """A step a person did outside, with what proves it."""

    evidence: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=300)]


class AmendedByHand(DoneByHand):
    """A declaration a person had amended: which version, since what was typed for one says nothing of the next."""

    version: Annotated[int, Field(ge=1)]


class InterceptedByHand(DoneByHand):
    """What came of asking the carrier to stop a parcel: only one that stays in Korea has its declaration withdrawn."""

    outcome: Literal["stopped_in_korea", "travels_back", "delivered_anyway"]


class CustomsAnswer(_Result):
    """Which of our papers answers customs' question: one of those that were drawn up for the parcel."""

    document: Literal["commercial_invoice", "packing_list"]


SHAPES: Mapping[str, tuple[type[BaseModel], str]] = {
    "lodge_export_declaration": (
        FiledByHand,
        '{"number": "12A3426000123X", "accepted_at": "2026-11-23T10:00:00+09:00"}',
    ),
    "amend_export_declaration": (AmendedByHand, '{"version": "2", "evidence": "approval of customs, 2026-11-23"}'),
    "read_export_acceptance": (
        SeenByHand,
        '{"state": "accepted", "number": "12A3426000123X", "accepted_at": "2026-11-23T10:00:00+09:00"}',
    ),
    "confirm_loading": (
        LoadedByHand,
        '{"loaded_on": "2026-11-25", "packages": "1", "evidence": "UNI-PASS, 2026-11-26"}',
    ),
    "read_export_requirements": (RequirementsByHand, '{"confirmation": "none", "shortened_loading": "none"}'),
    "screen_parties": (
        ScreenedByHand,
        '{"hits": "0123456789ab", "verdict": "cleared", "evidence": "other birth date, memo 12"}',
    ),
    "extend_loading_period": (DoneByHand, '{"evidence": "approval of customs, 2026-11-23"}'),
    "book_transport": (BookedByHand, '{"waybill": "1234567891"}'),
    "await_release": (CustomsAnswer, '{"document": "commercial_invoice"}'),
    "intercept": (InterceptedByHand, '{"outcome": "stopped_in_korea", "evidence": "mail of the carrier, 2026-11-23"}'),
}
"""Step -> shape of its result and an example; every other outside step takes `DoneByHand`."""

ANY_SHAPE: tuple[type[BaseModel], str] = (DoneByHand, '{"evidence": "mail of the carrier, 2026-11-23"}')


def amended_by_hand(order: str, step: str, version: int) -> tuple[str, str]:
    """The command that says one version of a declaration was amended outside, and its result as an example.

    >>> amended_by_hand("2000003508419013", "amend_export_declaration:d1", 3)[1]
    '{"version": "3", "evidence": "approval of customs, 2026-11-23"}'
    """
    example = json.loads(SHAPES["amend_export_declaration"][1]) | {"version": str(version)}
    results = " ".join(f"--result {name}={shlex.quote(value)}" for name, value in example.items())
    return f"tradelane holds resolve {order} --step {step} --action complete {results}", json.dumps(example)


def reports_done(order: str, step: str) -> str:
    """The command that says a person did a step outside, with an example of its result.

    >>> reports_done("2000003508419013", "book_transport")
    'tradelane holds resolve 2000003508419013 --step book_transport --action complete --result waybill=1234567891'
    """
    example = json.loads(shape_of(step)[1])
    results = " ".join(f"--result {name}={shlex.quote(value)}" for name, value in example.items())
    return f"tradelane holds resolve {order} --step {step} --action complete {results}"


def shape_of(step: str) -> tuple[type[BaseModel], str]:
    """Shape and example for a hold key such as `lodge_export_declaration:d1`."""
    return SHAPES.get(step.partition(":")[0], ANY_SHAPE)


def checked_result(step: str, result: Mapping[str, str]) -> dict[str, str]:
    """The result in canonical text.

    Raises:
        ValueError: one sentence with what is wrong and an example of what is right.
    """
    shape, example = shape_of(step)
    try:
        value = shape.model_validate(dict(result))
    except ValidationError as wrong:
        faults = "; ".join(
            f"{'.'.join(map(str, error['loc']))}: {str(error['msg']).removeprefix('Value error, ')}"
            for error in wrong.errors()
        )
        raise ValueError(f"The result for {step} does not fit ({faults}); expected e.g. {example}.") from wrong
    dumped = value.model_dump(mode="json", exclude_none=True)
    return {name: str(content) for name, content in dumped.items() if content != ""}
