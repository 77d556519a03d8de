"""Invented buyers: names, homes in real comunas, and tax numbers from a range nobody has been given."""

from __future__ import annotations

import base64
import unicodedata
import zlib
from collections.abc import Mapping
from random import Random

FIRST = (
    "Amaro",
    "Belén",
    "Ciro",
    "Dalia",
    "Elías",
    "Fresia",
    "Gael",
    "Hortensia",
    "Íñigo",
    "Javiera",
    "Lautaro",
    "Millaray",
)
LAST = (
    "Arrayán",
    "Boldo",
    "Canelo",
    "Lenga",
    "Maitén",
    "Ñirre",
    "Peumo",
    "Quillay",
    "Raulí",
    "Tepa",
    "Ulmo",
    "Coigüe",
)
STREETS = (
    "Calle Los Copihues",
    "Pasaje Río Inventado",
    "Avenida El Puelche",
    "Calle La Tenca",
    "Pasaje Cerro Imaginado",
)
COMUNAS = (
    ("Ñuñoa", "CL-RM", "RM (Metropolitana)"),
    ("Providencia", "CL-RM", "RM (Metropolitana)"),
    ("Maipú", "CL-RM", "RM (Metropolitana)"),
    ("Viña del Mar", "CL-VS", "Valparaíso"),
    ("Concepción", "CL-BI", "Biobío"),
    ("Temuco", "CL-AR", "La Araucanía"),
    ("Antofagasta", "CL-AN", "Antofagasta"),
    ("La Serena", "CL-CO", "Coquimbo"),
    ("Puerto Montt", "CL-LL", "Los Lagos"),
    ("Chillán", "CL-NB", "Ñuble"),
    ("Punta Arenas", "CL-MA", "Magallanes"),
    ("Arica", "CL-AP", "Arica y Parinacota"),
)
COMMENTS = ("", "Depto 402", "Casa B", "Timbre 3", "Torre 2, depto 1105")


def buyer(rng: Random) -> dict[str, object]:
    """One buyer with an address, a nickname and a RUT."""
    first, last, second = rng.choice(FIRST), rng.choice(LAST), rng.choice(LAST)
    comuna, state_id, state = rng.choice(COMUNAS)
    return {
        "id": rng.randrange(900_000_000, 999_999_999),
        "nickname": f"{plain(first)}{plain(last)}{rng.randrange(100, 999)}".upper(),
        "first_name": first,
        "last_name": f"{last} {second}",
        "rut": rut(rng.randrange(40_000_000, 46_000_000)),
        "street": rng.choice(STREETS),
        "number": str(rng.randrange(10, 4999)),
        "comment": rng.choice(COMMENTS),
        "comuna": comuna,
        "state_id": state_id,
        "state": state,
        "address_id": rng.randrange(1_200_000_000, 1_300_000_000),
    }


def rut(body: int) -> str:
    """A RUT as the marketplace writes it: digits and check digit (modulo 11), no separator.

    >>> rut(76086428)
    '760864285'
    """
    weighted = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(str(body))))
    return f"{body}{'0K987654321'[weighted % 11]}"


def plain(text: str) -> str:
    """Letters without accents."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if c.isascii())


def city_id(comuna: str) -> str:
    """An opaque id in the real style: base64 of Latin-1 bytes, not of UTF-8."""
    mark = f"MLCC{comuna[:3].upper()}{zlib.crc32(comuna.encode()) & 0xFFFFF:05x}"
    return base64.b64encode(mark.encode("latin-1")).decode("ascii").rstrip("=")


def shipping_address(person: Mapping[str, object]) -> dict[str, object]:
    """The address of the new shipment shape: comuna in `city`, no zip code, region as `CL-xx`."""
    comuna = str(person["comuna"])
    return {
        "address_id": person["address_id"],
        "address_line": f"{person['street']} {person['number']}",
        "street_name": person["street"],
        "street_number": person["number"],
        "comment": person["comment"] or None,
        "zip_code": None,
        "intersection": None,
        "city": {"id": city_id(comuna), "name": comuna},
        "state": {"id": person["state_id"], "name": person["state"]},
        "country": {"id": "CL", "name": "Chile"},
        "neighborhood": {"id": None, "name": comuna},
        "municipality": {"id": None, "name": None},
        "agency": {
            "agency_id": None,
            "carrier_id": None,
            "description": None,
            "open_hours": None,
            "phone": None,
            "type": None,
        },
        "types": ["default_buying_address"],
        "latitude": 0,
        "longitude": 0,
        "geolocation_type": "APPROXIMATE",
        "geolocation_last_updated": None,
        "geolocation_source": None,
        "delivery_preference": "residential",
    }
