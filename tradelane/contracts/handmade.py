"""Results a person types in when a step was done by hand: their shapes, checked before anything is written down."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from tradelane.domain.blanks import BLANK
from tradelane.domain.identifiers import ExportDeclarationNumber, WaybillNumber
from tradelane.domain.trade_time import Instant, today_in_korea


class _Result(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _is_filled_in(cls, given: Any) -> Any:
        """A command that is pasted as it was printed states nothing: its blanks are refused."""
        for name, value in given.items() if isinstance(given, Mapping) else ():
            if isinstance(value, str) and BLANK.search(value):
                raise ValueError(f"{name}: put what you know in the place of {value}")
        return given


class FiledByHand(_Result):
    """An export declaration a person filed; without an instant of acceptance customs has not answered yet."""

    number: ExportDeclarationNumber
    accepted_at: Instant | None = None
    declared_on: date | None = None
    """신고일자, a Korean day; where it is not typed, the day of the acceptance, else the day of typing."""

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        accepted_on = today_in_korea(self.accepted_at) if self.accepted_at else None
        if self.declared_on and accepted_on and accepted_on < self.declared_on:
            raise ValueError(f"accepted on {accepted_on}, before it was declared on {self.declared_on}")
        day = self.declared_on or accepted_on
        years = {day.year % 100} if day else set()
        if day and not self.declared_on and day.month == 1:  # declared in the last days of the year before
            years.add((day.year - 1) % 100)
        if years and self.number.year not in years:
            raise ValueError(f"{self.number.printed} is a number of the year {self.number.year:02d}, not of {day}")
        return self


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


NUMBER = "<AAAAAYYNNNNNNX>"
DAY = "<YYYY-MM-DD>"
INSTANT = "<YYYY-MM-DDTHH:MM:SS+09:00>"
PROOF = "<what proves it>"


def _shape(**fields: str) -> str:
    return json.dumps(fields)


SHAPES: Mapping[str, tuple[type[BaseModel], str]] = {
    "lodge_export_declaration": (FiledByHand, _shape(number=NUMBER, declared_on=DAY, accepted_at=INSTANT)),
    "amend_export_declaration": (AmendedByHand, _shape(version="<N>", evidence=PROOF)),
    "read_export_acceptance": (
        SeenByHand,
        _shape(
            state="<accepted, selected_documents, selected_inspection, rejected, withdrawn or cancelled>",
            number=NUMBER,
            accepted_at=INSTANT,
        ),
    ),
    "confirm_loading": (LoadedByHand, _shape(loaded_on=DAY, packages="<N>", evidence=PROOF)),
    "read_export_requirements": (
        RequirementsByHand,
        _shape(confirmation="<none, or which law>", shortened_loading="<none, or which goods>"),
    ),
    "screen_parties": (
        ScreenedByHand,
        _shape(hits="<mark of the hits>", verdict="<cleared or confirmed>", evidence=PROOF),
    ),
    "extend_loading_period": (DoneByHand, _shape(evidence=PROOF)),
    "book_transport": (BookedByHand, _shape(waybill="<waybill>")),
    "await_release": (CustomsAnswer, _shape(document="commercial_invoice")),
    "intercept": (
        InterceptedByHand,
        _shape(outcome="<stopped_in_korea, travels_back or delivered_anyway>", evidence=PROOF),
    ),
}
"""Step -> shape of its result, and its fields with blanks to fill in; every other outside step takes `DoneByHand`."""

ANY_SHAPE: tuple[type[BaseModel], str] = (DoneByHand, _shape(evidence=PROOF))


def amended_by_hand(order: str, step: str, version: int) -> tuple[str, str]:
    """The command that says one version of a declaration was amended outside, and its result with blanks.

    >>> amended_by_hand("2000003508419013", "amend_export_declaration:d1", 3)[1]
    '{"version": "3", "evidence": "<what proves it>"}'
    """
    example = json.loads(SHAPES["amend_export_declaration"][1]) | {"version": str(version)}
    return f"tradelane holds resolve {order} --step {step} --action complete {typed_as(example)}", json.dumps(example)


def reports_done(order: str, step: str) -> str:
    """The command that says a person did a step outside, with blanks that are refused until they are filled in.

    >>> reports_done("2000003508419013", "extend_loading_period")
    "tradelane holds resolve 2000003508419013 --step extend_loading_period --action complete --result evidence='<what proves it>'"
    """
    example = json.loads(shape_of(step)[1])
    return f"tradelane holds resolve {order} --step {step} --action complete {typed_as(example)}"


def typed_as(result: Mapping[str, str]) -> str:
    """A result as options of the command line.

    >>> typed_as({"hits": "0123456789ab", "verdict": "<cleared or confirmed>"})
    "--result hits=0123456789ab --result verdict='<cleared or confirmed>'"
    """
    return " ".join(f"--result {name}={shlex.quote(value)}" for name, value in result.items())


def shape_of(step: str) -> tuple[type[BaseModel], str]:
    """Shape and blanks for a hold key such as `lodge_export_declaration:d1`."""
    return SHAPES.get(step.partition(":")[0], ANY_SHAPE)


def checked_result(step: str, result: Mapping[str, str]) -> dict[str, str]:
    """The result in canonical text.

    Raises:
        ValueError: one sentence with what is wrong and what is to be filled in.
    """
    shape, example = shape_of(step)
    try:
        value = shape.model_validate(dict(result))
    except ValidationError as wrong:
        faults = "; ".join(
            ": ".join((*map(str, error["loc"]), str(error["msg"]).removeprefix("Value error, ")))
            for error in wrong.errors()
        )
        raise ValueError(f"The result for {step} does not fit ({faults}); fill in {example}.") from wrong
    dumped = value.model_dump(mode="json", exclude_none=True)
    return {name: str(content) for name, content in dumped.items() if content != ""}
