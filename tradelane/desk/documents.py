"""Papers of an order, from the document store; needs no engine."""

from __future__ import annotations

import mimetypes
from collections import Counter
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tradelane.desk.certificates import certificates_of
from tradelane.desk.complaints import NotFound, WrongUsage
from tradelane.domain.identifiers import OrderId
from tradelane.stores import Stores


class KeptPaper(BaseModel):
    """A paper and the file it lies in."""

    model_config = ConfigDict(frozen=True)

    kind: str
    version: int
    size: int
    sha256: str
    file: str
    note: str = ""
    """What is to be known of it: of which declaration a certificate is, and whether it was read."""


def papers_of(stores: Stores, order: OrderId, copy_to: Path | None = None) -> tuple[KeptPaper, ...]:
    """The papers of the order's parcel; with `copy_to`, copied there as `UCR_kind_vN.pdf` and listed there.

    A version is drawn again once customs and carrier have given their numbers: the last drawing has the plain name.

    Raises:
        NotFound: no consignment holds this order.
        WrongUsage: the folder cannot be written.
    """
    claim = stores.consignments.of_order(order)
    if claim is None:
        raise NotFound(f"No consignment holds order {order}; `tradelane orders show {order}` says where it stands.")
    papers = []
    notes = {one.sha256: one.note for one in certificates_of(stores, claim.ucr, stores.documents.of_ucr(claim.ucr))}
    every = stores.documents.of_ucr(claim.ucr)
    left = Counter((kept.kind, kept.version) for kept in every)
    for kept in every:
        place = stores.documents.path(kept.sha256)
        left[kept.kind, kept.version] -= 1
        later = left[kept.kind, kept.version]
        if copy_to is not None:
            suffix = mimetypes.guess_extension(kept.media_type) or ""
            earlier = f"_replaced{later}" if later else ""
            target = copy_to / f"{claim.ucr}_{kept.kind}_v{kept.version}{earlier}{suffix}"
            try:
                copy_to.mkdir(parents=True, exist_ok=True)
                target.write_bytes(stores.documents.read(kept.sha256))
            except OSError as problem:
                raise WrongUsage(f"{target} cannot be written: {problem.strerror}.") from problem
            place = str(target)
        papers.append(
            KeptPaper(
                kind=kept.kind,
                version=kept.version,
                size=kept.size,
                sha256=kept.sha256,
                file=place,
                note=notes.get(kept.sha256, "replaced by a later drawing of the same version" if later else ""),
            )
        )
    return tuple(papers)
