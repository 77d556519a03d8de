"""What every message of a step shares."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    """One frozen object that crosses the wire."""

    model_config = ConfigDict(frozen=True)


class Nothing(Wire):
    """A reply with nothing to say yet."""
