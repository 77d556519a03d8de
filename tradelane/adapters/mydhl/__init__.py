"""DHL Express MyDHL API 3.1.1: booking with pickup, papers, import pre-advice and tracking."""

from tradelane.adapters.mydhl.adapter import MydhlCarrier
from tradelane.adapters.mydhl.client import MydhlAccess, ShipperParty

__all__ = ["MydhlAccess", "MydhlCarrier", "ShipperParty"]
