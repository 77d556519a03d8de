"""Master data by hand: products, exporters, sellers. Needs no engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from tradelane.demo import load
from tradelane.desk.complaints import NotFound, WrongUsage
from tradelane.domain.catalogue import Exporter, IvaAccreditation, IvaRegime, Product, Seller
from tradelane.domain.identifiers import Rut
from tradelane.stores import Stores

Record = TypeVar("Record")


def import_products(stores: Stores, path: Path) -> tuple[Product, ...]:
    """Put the products of a file into the catalogue; all or, when one entry is wrong, none."""
    products = _read(path, load.products)
    for product in products:
        stores.catalogue.put(product)
    return products


def import_exporters(stores: Stores, path: Path) -> tuple[Exporter, ...]:
    """Put the exporters of a file into the store; all or, when one entry is wrong, none."""
    exporters = _read(path, load.exporters)
    for exporter in exporters:
        stores.exporters.put(exporter)
    return exporters


def _read(path: Path, records: Callable[[load.Content], Sequence[Record]]) -> tuple[Record, ...]:
    try:
        return tuple(records(load.read_file(path)))
    except OSError as problem:
        raise WrongUsage(f"{path} cannot be read: {problem.strerror}.") from problem
    except ValueError as wrong:
        raise WrongUsage(f"{path} does not fit: {wrong}.") from wrong


def set_product(stores: Stores, sku: str, changes: Mapping[str, str]) -> Product:
    """Change fields of one product; an unknown SKU becomes a new product.

    Raises:
        WrongUsage: no change given, an unknown field, or a value that does not fit.
    """
    fields = [name for name in Product.model_fields if name != "sku"]
    if not changes:
        raise WrongUsage(f"Give at least one FIELD=VALUE; the fields are {', '.join(fields)}.")
    unknown = sorted(set(changes) - set(fields))
    if unknown:
        raise WrongUsage(f"A product has no field {', '.join(unknown)}; the fields are {', '.join(fields)}.")
    known = stores.catalogue.products([sku]).get(sku) or Product(sku=sku)
    try:
        product = Product.model_validate({**known.model_dump(), **changes})
    except ValidationError as wrong:
        first = wrong.errors()[0]
        said = str(first["msg"]).removeprefix("Value error, ")
        raise WrongUsage(f"{'.'.join(str(part) for part in first['loc'])}: {said.removesuffix('.')}.") from wrong
    if product.exporter_id and product.exporter_id not in stores.exporters.get([product.exporter_id]):
        known_ids = ", ".join(exporter.id for exporter in stores.exporters.all()) or "none"
        raise WrongUsage(f"There is no exporter {product.exporter_id}; known: {known_ids}.")
    stores.catalogue.put(product)
    return product


def products(stores: Stores, sku: str | None) -> tuple[Product, ...]:
    """One product, or all of them."""
    if sku is None:
        return stores.catalogue.all()
    found = stores.catalogue.products([sku])
    if sku not in found:
        raise NotFound(f"There is no product {sku}; `tradelane catalogue set {sku} FIELD=VALUE` makes one.")
    return (found[sku],)


def exporters(stores: Stores, exporter_id: str | None) -> tuple[Exporter, ...]:
    """One exporter, or all of them."""
    if exporter_id is None:
        return stores.exporters.all()
    found = stores.exporters.get([exporter_id])
    if exporter_id not in found:
        raise NotFound(f"There is no exporter {exporter_id}.")
    return (found[exporter_id],)


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
            token = refresh_token_file.read_text(encoding="utf-8").strip()
        except OSError as problem:
            raise WrongUsage(f"{refresh_token_file} cannot be read: {problem.strerror}.") from problem
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
