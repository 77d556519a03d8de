"""17TRACK v2.4: registers a waybill and tells what happens to it, by push or on request."""

from tradelane.adapters.seventeentrack.adapter import (
    SeventeenTrackAccess,
    SeventeenTrackAggregator,
    from_push,
    verify_signature,
)

__all__ = ["SeventeenTrackAccess", "SeventeenTrackAggregator", "from_push", "verify_signature"]
