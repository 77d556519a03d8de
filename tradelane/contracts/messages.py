"""Everything a run is told or asked: one object each, forgiving about what a person types in the UI."""

from __future__ import annotations

from decimal import Decimal
from numbers import Real
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from tradelane.domain.amendment import PACKAGE_FIELDS
from tradelane.domain.blanks import filled_in
from tradelane.domain.holds import Hold
from tradelane.domain.packing import bench_changes
from tradelane.domain.trade_time import Instant, Timetable

INVALID_INPUT = "InvalidInput"
"""Type of the failure that answers input nobody understands."""

UPDATE_REFUSED = "UpdateRefused"
"""Type of the failure that answers an Update which is understood and not done."""

SAID_AT_THE_DOOR = frozenset({INVALID_INPUT, UPDATE_REFUSED})
"""Failures whose sentence the sender reads, so it is not sealed: never put a counterparty's words into one."""


def _text(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        if value < 0:
            raise ValueError(f"{value} is negative; no number of an order, a weight or a length is")
        return str(value)
    if isinstance(value, Real) and not isinstance(value, bool):
        return f"{Decimal(repr(value)):f}"
    return value


Text = Annotated[str, BeforeValidator(_text)]
"""Text as a person types it: a number becomes a string."""

Filled = Annotated[str, BeforeValidator(_text), AfterValidator(filled_in)]
"""The same, and no blank of a printed command that somebody forgot to fill in."""


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class FulfilOrderRequest(_Message):
    """Start of a journey. From the UI `{"order_id": "..."}` is enough."""

    order_id: Text = ""
    seller: Text | None = None
    timetable: Timetable | None = None
    """Absent from a start in the UI: the first step fills it from the deployment's clock record."""
    reopened: Text = ""
    """Why a journey whose run was closed without outcome begins again: it holds for a person first."""


class FulfilOrderOutcome(_Message):
    """How a journey ended, in one sentence and in numbers an operator looks for."""

    order_id: str
    state: str
    """`delivered`, `cancelled`, `carried`, `returned`, `refused`, `moved`."""
    sentence: str
    ucr: str | None = None
    declarations: tuple[str, ...] = ()
    waybill: str | None = None
    run: str | None = None
    """For `moved`: the workflow id of the run that does the work."""


class Fact(_Message):
    """A fact from outside that concerns a run: what changed, never what to do about it."""

    source: str
    """`mercadolibre`, `17track`, `ktnet`, `carrier`, `unipass`, `desk`."""
    reference: str
    kind: str = "changed"
    """`changed`: read it again; `consignment_closed`: the carrying order is done (reference = outcome)."""


class ResolveHold(_Message):
    """Update `resolve_hold`: what a person decided about a hold."""

    step: Text = Field(default="", description="the hold's key, e.g. lodge_export_declaration:d1")
    action: Text = Field(default="", description="retry, amend, complete or cancel")
    set: dict[str, Filled] = Field(default_factory=dict, description="amend: path -> value")
    result: dict[str, Text] = Field(default_factory=dict, description="complete: the result typed by hand")
    reason: Filled = ""
    actor: Filled = ""


class AssignHold(_Message):
    """Update `assign_hold`: who takes a hold."""

    step: Text = ""
    to: Filled = Field(default="", description="the person or desk that takes it; empty gives it back to its desk")
    reason: Filled = ""
    actor: Filled = ""


class SnoozeHold(_Message):
    """Update `snooze_hold`: lists and notices leave the hold out for a while."""

    step: Text = ""
    hours: Text = Field(default="", description="trade hours from now; 0 wakes it")
    reason: Filled = ""
    actor: Filled = ""


class AmendOrder(_Message):
    """Update `amend`: new values for paths such as items.<SKU>.hsk."""

    set: dict[str, Filled] = Field(default_factory=dict)
    reason: Filled = ""
    actor: Filled = ""


class ExtendLoading(_Message):
    """Update `extend_loading`: ask customs for a later loading deadline, before the present one has passed."""

    until: Text = Field(default="", description="the last day asked for, YYYY-MM-DD (Korean day)")
    declaration: Text = Field(default="", description="d1, d2 ...; empty = the only one")
    reason: Filled = ""
    actor: Filled = ""


class PackedBox(_Message):
    """One box as the bench measured it, grams and centimetres."""

    gross_weight_g: Text = ""
    length_cm: Text = ""
    width_cm: Text = ""
    height_cm: Text = ""


class ConfirmPacking(PackedBox):
    """Update `confirm_packing`: what the bench measured, one box in the message itself or all of them in `boxes`."""

    boxes: tuple[PackedBox, ...] = Field(default=(), description="all boxes; then no measures beside them")
    lot: Text = Field(default="", description="the maker's lot of everything in the parcel")
    lots: dict[str, Text] = Field(default_factory=dict, description="SKU -> lot, where lots differ")
    actor: Filled = ""

    def changes(self) -> dict[str, str]:
        """The measures as amendments, canonical path -> canonical value; boxes of earlier measures are forgotten.

        Raises:
            ValueError: one sentence saying what is wrong and what would be right.
        """
        beside = [name for name in PACKAGE_FIELDS if getattr(self, name)]
        if self.boxes and beside:
            raise ValueError(f"Give either boxes, or {', '.join(beside)} of the only one.")
        boxes: tuple[PackedBox, ...] = self.boxes or (self,)
        measures = [{name: str(getattr(box, name)) for name in PACKAGE_FIELDS} for box in boxes]
        return bench_changes(measures, self.lot, self.lots)


class CancelOrder(_Message):
    """Update `cancel`."""

    reason: Filled = ""
    actor: Filled = ""


class Answer(_Message):
    """What an Update answers: one sentence."""

    sentence: str


class Progress(_Message):
    """Query `progress`: where a run stands. Carries no personal data."""

    order_id: str
    seller: str | None = None
    stage: str = "intake"
    state: str = "running"
    ucr: str | None = None
    orders: tuple[str, ...] = ()
    exporters: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    declarations: tuple[str, ...] = ()
    """Export declaration numbers in the order of the parts."""
    declaration_states: dict[str, str] = Field(default_factory=dict)
    load_before: Instant | None = None
    waybill: str | None = None
    transport_status: str | None = None
    import_regime: str | None = None
    duty: str | None = None
    iva: str | None = None
    payable: str | None = None
    delivered_at: Instant | None = None
    holds: tuple[Hold, ...] = ()
    papers: tuple[str, ...] = ()
    """`kind:version:sha256` of every paper."""
    steps: tuple[str, ...] = ()
    """Activity ids of the steps that ended well, in order."""
    warnings: tuple[str, ...] = ()
    carried_by: str | None = None
    trade_now: Instant | None = None
