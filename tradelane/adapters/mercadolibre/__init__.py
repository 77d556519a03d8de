"""Mercado Libre, Global Selling (CBT): orders, packs, shipments, tax identity, tracking reports."""

from tradelane.adapters.mercadolibre.adapter import MercadoLibreMarketplace
from tradelane.adapters.mercadolibre.client import MercadoLibreAccess

__all__ = ["MercadoLibreAccess", "MercadoLibreMarketplace"]
