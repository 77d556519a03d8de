"""What operators read, in Korean or English."""

from tradelane.domain.wording.words import (
    desk_name,
    fault_name,
    keys,
    label,
    paper_name,
    reason_advice,
    reason_meaning,
    reason_remedy,
    reason_title,
    regime_name,
    resolution_name,
    say,
    stage_name,
    state_name,
    step_name,
    transport_name,
)

__all__ = [
    "desk_name",
    "fault_name",
    "keys",
    "label",
    "paper_name",
    "reason_advice",
    "reason_meaning",
    "reason_remedy",
    "reason_title",
    "regime_name",
    "resolution_name",
    "say",
    "stage_name",
    "state_name",
    "step_name",
    "transport_name",
]
