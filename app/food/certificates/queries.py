"""Certificates as doors show them: with the names of what they vouch for and of their owner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from sqlalchemy import text

from app.blobs import services as blobs
from app.food.certificates import errors
from app.food.certificates.terms import LotNamed, ThingsNamed
from app.food.products.queries import product_of_key
from app.settings import Settings
from ledger.certificates import queries
from ledger.certificates.terms import (
    Certificate,
    CertificateState,
    FileKept,
    Target,
    TargetKind,
)
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import find_lot, lots_by_ids, products_by_ids
from ledger.subjects.queries import subjects_by_ids

HISTORY_MAX = 50  # a licence is renewed every five years
_PREMISES = text("""
    SELECT p.id, p.name, p.address FROM premises p WHERE p.id = ANY(CAST(:ids AS integer[]))
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What a certificate vouches for, by its names; ``gtin`` and ``lot`` of goods."""

    target: Target
    name: str
    gtin: str = ""
    lot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A certificate with what it is worth today, its owner and what it vouches for, by name."""

    paper: Certificate
    state: CertificateState
    owner: str
    owner_uscc: str
    things: tuple[Thing, ...]


class Picture(NamedTuple):
    """What is shown of a file: its content, media type and size in bytes."""

    content: BinaryIO
    media_type: str
    size: int


def shown(uow: UnitOfWork, papers: Sequence[Certificate]) -> tuple[Shown, ...]:
    """Certificates with names, in five statements whatever their number."""
    owners = subjects_by_ids(
        uow,
        {paper.owner_id for paper in papers}
        | {one for paper in papers for one in paper.about(TargetKind.OPERATOR)},
        papers=False,
    )
    names = _names(uow, {target for paper in papers for target in paper.targets})
    names |= {
        Target(TargetKind.OPERATOR, number): Thing(
            target=Target(TargetKind.OPERATOR, number), name=owner.name
        )
        for number, owner in owners.items()
    }
    return tuple(
        Shown(
            paper=paper,
            state=queries.state_of(uow, paper),
            owner=owners[paper.owner_id].name,
            owner_uscc=owners[paper.owner_id].uscc,
            things=tuple(
                names.get(target) or Thing(target=target, name=f"{target.id}")
                for target in paper.targets
            ),
        )
        for paper in papers
    )


def _names(uow: UnitOfWork, targets: Iterable[Target]) -> dict[Target, Thing]:
    ids: dict[TargetKind, set[int]] = {kind: set() for kind in TargetKind}
    for target in targets:
        ids[target.kind].add(target.id)
    lots = lots_by_ids(uow, ids[TargetKind.LOT]) if ids[TargetKind.LOT] else {}
    products = products_by_ids(
        uow, ids[TargetKind.PRODUCT] | {lot.product_id for lot in lots.values()}
    )
    found = {}
    for lot in lots.values():
        product, target = products[lot.product_id], Target(TargetKind.LOT, lot.id)
        number = lot.number or str(lot.produced_on)
        found[target] = Thing(target=target, name=product.name, gtin=product.gtin, lot=number)
    for product_id in ids[TargetKind.PRODUCT] & products.keys():
        target = Target(TargetKind.PRODUCT, product_id)
        one = products[product_id]
        found[target] = Thing(target=target, name=f"{one.name} {one.spec}".strip(), gtin=one.gtin)
    if ids[TargetKind.PREMISES]:
        rows = uow.session.execute(_PREMISES, {"ids": sorted(ids[TargetKind.PREMISES])})
        for row in rows:
            target = Target(TargetKind.PREMISES, row.id)
            found[target] = Thing(target=target, name=f"{row.name} {row.address}".strip())
    return found


def targets_named(uow: UnitOfWork, things: ThingsNamed, owner: int) -> tuple[Target, ...]:
    """What people named, by id. Raises UnknownProduct, UnknownLot, LotUnreadable, NotYours."""
    targets = [Target(TargetKind.LOT, _lot_id(uow, lot)) for lot in things.lots]
    targets += [Target(TargetKind.PRODUCT, product_of_key(uow, key).id) for key in things.products]
    targets += [Target(TargetKind.PREMISES, number) for number in things.premises]
    if things.itself:
        targets.append(Target(TargetKind.OPERATOR, owner))
    return tuple(targets)


def _lot_id(uow: UnitOfWork, named: LotNamed) -> int:
    if named.id is not None:
        return named.id
    product = product_of_key(uow, named.product)
    return find_lot(uow, product_id=product.id, number=named.number).id


def one_seen(uow: UnitOfWork, certificate_id: int) -> Certificate:
    """A certificate the actor may see whole. Raises UnknownCertificate."""
    found = queries.certificate_by_id(uow, certificate_id)
    queries.require_seen(uow, found)
    return found


def history(uow: UnitOfWork, paper: Certificate) -> tuple[Certificate, ...]:
    """The certificates this one came in the place of, and those that came in its own.

    The oldest first, itself among them, at most fifty.
    """
    chain = [paper]
    while chain[0].replaces is not None and len(chain) < HISTORY_MAX:
        chain.insert(0, queries.certificate_by_id(uow, chain[0].replaces))
    while chain[-1].replaced_by is not None and len(chain) < HISTORY_MAX:
        chain.append(queries.certificate_by_id(uow, chain[-1].replaced_by))
    return tuple(chain)


def file_of(paper: Certificate, position: int) -> FileKept:
    """A file of a certificate by its place, counted from one. Raises NoSuchFile."""
    if not 0 < position <= len(paper.files):
        raise errors.NoSuchFile(file=position)
    return paper.files[position - 1]


def content_of(settings: Settings, file: FileKept) -> BinaryIO:
    """What is in a file, to be closed by who reads it. Raises FileGone, BlobsSilent."""
    return blobs.opened(settings, file.sha256)


def picture_of(settings: Settings, paper: Certificate, position: int) -> Picture:
    """A file as pages show it: of a picture what everybody may see, of a PDF the file itself.

    Raises NoSuchFile, FileGone, BlobsSilent.
    """
    file = file_of(paper, position)
    if file.shown_sha256 is None:
        return Picture(blobs.opened(settings, file.sha256), file.media_type, file.size)
    return Picture(blobs.opened(settings, file.shown_sha256), "image/jpeg", file.shown_size)


def picture_for_all(settings: Settings, paper: Certificate, position: int) -> Picture:
    """The same for everybody. Raises NoSuchFile where the owner keeps the pictures to itself."""
    if not paper.public:
        raise errors.NoSuchFile(file=position)
    return picture_of(settings, paper, position)
