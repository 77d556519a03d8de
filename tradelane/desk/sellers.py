"""Seller accounts by hand: show and set. Needs no engine; a token is never shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tradelane.demo import load
from tradelane.desk.complaints import NotFound, WrongUsage
from tradelane.desk.file_bytes import file_bytes
from tradelane.domain.catalogue import IvaAccreditation, IvaRegime, Seller
from tradelane.domain.identifiers import Rut
from tradelane.stores import Stores


def sellers(stores: Stores, seller_id: str | None) -> tuple[Seller, ...]:
    """One seller account, or all of them; never a token."""
    if seller_id is None:
        return stores.sellers.all()
    found = stores.sellers.get(seller_id)
    if found is None:
        raise NotFound(f"There is no seller {seller_id}.")
    return (found,)


def set_seller(
    stores: Stores,
    seller_id: str,
    *,
    changes: Mapping[str, str | datetime | None],
    accreditation: Mapping[str, str | None],
    refresh_token_file: Path | None,
) -> Seller:
    """Make or change a seller account; values that are None stay as they are.

    Raises:
        WrongUsage: a value does not fit, or a new account lacks nickname or go-live.
    """
    known = stores.sellers.get(seller_id)
    record: dict[str, Any] = known.model_dump() if known else {"id": seller_id, "site": "MLC", "accreditation": {}}
    record |= {name: value for name, value in changes.items() if value is not None}
    record["accreditation"] |= {name: value for name, value in accreditation.items() if value is not None}
    try:
        seller = Seller.model_validate(record)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        if first["type"] == "missing":
            raise WrongUsage(f"A new account wants --{place.replace('_', '-')}.") from wrong
        raise WrongUsage(f"{place}: {str(first['msg']).removesuffix('.')}.") from wrong
    _check_accreditation(seller.accreditation)
    token = ""
    if refresh_token_file is not None:
        try:
            token = file_bytes(refresh_token_file, 1_000_000, "a token is not").decode("ascii").strip()
        except UnicodeDecodeError as wrong:
            raise WrongUsage(f"{refresh_token_file} holds no token: it is not plain text.") from wrong
    stores.sellers.put(seller)
    if token:
        load.grant(stores.sellers, seller_id, token)
    return seller


def _check_accreditation(accreditation: IvaAccreditation) -> None:
    """An operator without name and id accredits nothing, and one domiciled in Chile is known by its RUT."""
    if accreditation.regime is IvaRegime.NOT_ACCREDITED:
        return
    if not accreditation.complete:
        raise WrongUsage(f"{accreditation.regime.value} wants --operator-name and --operator-id.")
    if accreditation.regime is IvaRegime.DOMICILED_OPERATOR:
        try:
            Rut(accreditation.operator_id)
        except ValueError as wrong:
            raise WrongUsage(f"--operator-id of a domiciled operator: {str(wrong).removesuffix('.')}.") from wrong
