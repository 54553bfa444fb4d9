"""What the public sees of a product or a lot."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.food.trace.terms import PublicView, Step, StepKind
from ledger.certificates.queries import papers_shown
from ledger.entries.queries.pools import stopped_lots
from ledger.kernel.statements import give_up_after
from ledger.kernel.uow import UnitOfWork
from ledger.products import queries as products
from ledger.products.terms import Lot, Product
from ledger.subjects import queries as subjects
from ledger.subjects.terms import Licence, LicenceKind, Subject
from scanner.trace import errors
from scanner.trace.queries import certificates_of, pointed_at, trace
from scanner.trace.terms import (
    Direction,
    EventKind,
    GapKind,
    Limits,
    Pointed,
    Trace,
    TraceAsked,
)

# A page everybody may ask for must not be able to walk the whole book: a lot's way up is short.
PATIENCE_MS = 3_000  # each statement of the page is given up after so long
LIMITS = Limits(lots=200, rows=20_000, milliseconds=PATIENCE_MS)


def public_view(
    uow: UnitOfWork, code: str, lot: str = "", *, key: str, shop: int | None = None
) -> PublicView:
    """What everybody may see of what a code points at.

    ``shop`` is who shows it, ``key`` what references are sealed with.

    Refuses what looking up the code refuses, and UnknownCode for what is neither product nor lot.
    """
    give_up_after(uow.session, PATIENCE_MS)
    pointed = pointed_at(uow, code, lot=lot, key=key, printed=True)
    if pointed.product_id is None:
        raise errors.UnknownCode(code=code[:60], field="code")
    found = _lot(uow, pointed)
    wanted = found.product_id if found is not None else pointed.product_id
    product = pointed.product
    if product is None or product.id != wanted:
        product = products.product_by_id(uow, wanted)
    producer = _producer(uow, product, found)
    licence = _licence(uow, producer)
    walked = _walked(uow, found, shop) if found else None
    stopped = stopped_lots(uow, [found.id]).get(found.id) if found else None
    return PublicView(
        product=product,
        lot=found,
        producer=producer,
        licence=licence,
        licence_holds=licence is not None and licence.holds(uow.today),
        hold=stopped.hold if stopped else None,
        hold_is_mixed=stopped.is_mixed if stopped else False,
        certificates=certificates_of(uow, found.id) if found else (),
        papers=papers_shown(
            uow,
            lots=[found.id] if found else (),
            product_id=product.id,
            producer_id=producer.id if producer and producer.registered else None,
        ),
        path=walked.path if walked else (),
        has_gap=walked.has_gap if walked else False,
        is_verified=_is_verified(product, producer, walked),
        asked_at=uow.now,
    )


def _lot(uow: UnitOfWork, pointed: Pointed) -> Lot | None:
    if pointed.goods:
        return pointed.goods[0]
    return products.lot_by_id(uow, pointed.lots[0]) if pointed.lots else None


def _producer(uow: UnitOfWork, product: Product, lot: Lot | None) -> Subject | None:
    number = (lot.producer_id if lot else None) or product.producer_id
    if number is None:
        return None
    found = subjects.licensed_by_ids(uow, [number]).get(number)
    if found is None or found.registered:
        return found
    return replace(found, name="", contact="", phone="", address="", licences=(), premises=())


def _is_verified(product: Product, producer: Subject | None, walked: _Walked | None) -> bool:
    """Whether the producer stands for the goods: it said so, or made this lot by its own book."""
    if producer is None:
        return product.confirmed
    confirmed = product.confirmed and product.producer_id == producer.id
    return confirmed or (walked is not None and producer.id in walked.makers)


def _licence(uow: UnitOfWork, producer: Subject | None) -> Licence | None:
    """The producer's production licence: the one in force, else the one that ended last."""
    papers = (
        [paper for paper in producer.licences if paper.kind is LicenceKind.SC] if producer else []
    )
    holding = [paper for paper in papers if paper.holds(uow.today)]
    found = holding or papers
    return found[-1] if found else None


@dataclass(frozen=True, slots=True)
class _Walked:
    """The way of a lot in general terms, whether its source has a gap, and who made it."""

    path: tuple[Step, ...]
    has_gap: bool
    makers: frozenset[int]


def _walked(uow: UnitOfWork, lot: Lot, shop: int | None) -> _Walked:
    """The way of a lot to the asking shop in general terms, and whether its source has a gap."""
    asking = _shop(uow, shop)
    question = TraceAsked(
        lots=(lot.id,),
        direction=Direction.UP,
        limits=LIMITS,
        operator_id=asking.id if asking else None,
    )
    found = trace(uow, question)
    met = asking is not None and bool(found.holders)
    if asking is not None and not met:
        found = trace(uow, TraceAsked(lots=(lot.id,), direction=Direction.UP, limits=LIMITS))
    steps = _steps(found, asking if met else None)
    if asking is not None and not met:
        steps.append(Step(kind=StepKind.SHOP_UNKNOWN, name=asking.name))
    return _Walked(
        tuple(steps),
        any(gap.kind is GapKind.SOURCE_UNKNOWN for gap in found.gaps),
        frozenset(_makers(found)),
    )


def _shop(uow: UnitOfWork, shop: int | None) -> Subject | None:
    """The shop that shows the code."""
    return subjects.subjects_by_ids(uow, [shop], papers=False).get(shop) if shop else None


def _makers(found: Trace) -> set[int]:
    """Who made the lot asked about, by their own books."""
    roots = set(found.roots)
    makers = {
        change.operator
        for change in found.transformations
        if roots & {portion.lot for portion in change.outputs}
    }
    return makers | {
        event.node.operator
        for event in found.events
        if event.node.lot in roots and event.kind is EventKind.PRODUCTION
    }


def _steps(found: Trace, shop: Subject | None) -> list[Step]:
    roots = set(found.roots)
    materials = {
        portion.lot for change in found.transformations for portion in change.inputs
    } - roots
    makers = _makers(found)
    holders = {holder.node.operator for holder in found.holders if holder.node.lot in roots}
    steps = [Step(kind=StepKind.MATERIALS, count=len(materials))] if materials else []
    if makers:
        named = [
            found.operators[maker].name
            for maker in sorted(makers)
            if maker == _stated(found)
            and maker in found.operators
            and found.operators[maker].registered
        ]
        steps.append(Step(kind=StepKind.PRODUCER, name=named[0] if named else ""))
    else:
        steps.append(Step(kind=StepKind.SOURCE_UNKNOWN))
    between = holders - makers - ({shop.id} if shop else set())
    if between and shop:
        steps.append(Step(kind=StepKind.BETWEEN, count=len(between)))
    if shop:
        steps.append(Step(kind=StepKind.SHOP, name=shop.name))
    return steps


def _stated(found: Trace) -> int | None:
    """The producer of the lot asked about, who may be named."""
    root = found.lots.get(found.roots[0]) if found.roots else None
    return root.producer_id if root else None
