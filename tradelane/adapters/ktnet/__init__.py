"""KTNET cross-border filing: Korean export declarations (message GOVCBR830) by REST."""

from tradelane.adapters.ktnet.adapter import KtnetFiling
from tradelane.adapters.ktnet.client import KtnetAccess

__all__ = ["KtnetAccess", "KtnetFiling"]
