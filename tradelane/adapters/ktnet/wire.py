"""KTNET's messages in its own words, names as in docs/counterparties/ktnet.md.

Requests are plain dicts of text (numbers as text are exact); only answers need models.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _text(value: Any) -> Any:
    """Absent, null and numbers as text: fields are announced as text but numbers are seen."""
    if value is None:
        return ""
    return str(value) if not isinstance(value, str | list | dict) else value


def _structure(value: Any) -> Any:
    """A JSON structure that may come as text; what does not parse stays text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _count(value: Any) -> Any:
    """A number of documents, as number or text; anything else says nothing."""
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


Count = Annotated[int | None, BeforeValidator(_count)]
Text = Annotated[str, BeforeValidator(_text)]
BUSINESS_ERROR = "BUSINESS_ERROR"
"""A document refused inside a 200."""

Structure = Annotated[Any, BeforeValidator(_structure)]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class Result(_Wire):
    """What is said of one document: the fields of declaration, amendment and status answers together."""

    OrderNo: Text = ""
    ResultTypeCode: Text = ""
    ErrorDescription: Text = ""
    RequestNo: Text = ""
    DocumentTypeCode: Text = ""
    ApplicationType: Text = ""
    AmendReason: Text = ""
    ExpDeclNo: Text = ""
    Status: Text = ""
    ConfirmDateTime: Text = ""
    TotalDeclAmount: Text = ""
    CancelApproveNo: Text = ""
    Remark: Text = ""
    ErrorDetail: Structure = None
    Fulfillment: Structure = None

    @property
    def refused(self) -> bool:
        return self.ResultTypeCode not in ("", "SUCCESS")


class Results(_Wire):
    """The envelope of every answer."""

    TotalCount: Count = None
    ErrorCount: Count = None
    ResultList: tuple[Result, ...] = Field(min_length=1)
