"""Reads of the book from both sides: each delivery, and sums by partner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from app.food.passes import rules
from app.food.passes.queries.passes import passes_of
from app.food.passes.terms import Delivered, PartnerFigures, SideState, Unticketed
from ledger.entries.queries import book_page, two_sided
from ledger.entries.terms import BookAsked, BookLine, EntryKind, TwoSided
from ledger.kernel.uow import UnitOfWork

DAYS_MAX = 31
_LINES = 200


def delivered(
    uow: UnitOfWork, operator_id: int, since: date, until: date, partner_id: int | None = None
) -> list[Delivered]:
    """An operator's deliveries between two days as both books tell them, at most a month.

    The newest first. Raises NotPermitted, NotYourOperator.
    """
    first = max(since, until - timedelta(days=DAYS_MAX - 1))
    found = two_sided(uow, operator_id, first, until)
    tickets = passes_of(uow, [it.line.reference for it in found])
    told = [_delivered(it, operator_id, tickets.get(it.line.reference)) for it in found]
    return [one for one in told if partner_id is None or one.partner_id == partner_id]


def _delivered(found: TwoSided, operator_id: int, pass_id: int | None) -> Delivered:
    line = found.line
    is_own = line.operator_id == operator_id
    is_mine = is_own and line.kind is EntryKind.DISPATCH
    state = rules.side_state(found.status, found.difference)
    return Delivered(
        on=str(line.at)[:10],
        is_mine=is_mine,
        state=state,
        partner_id=(line.partner_id if is_own else line.operator_id) or 0,
        partner_name=line.partner_name if is_own else line.operator_name,
        lot_id=line.lot_id,
        product_name=line.product_name,
        lot_number=line.lot_number,
        document=line.document,
        sent=found.sent,
        received=found.received,
        unit=found.unit,
        reference=line.reference if is_own else "",
        pass_id=pass_id,
    )


def partner_figures(deliveries: Sequence[Delivered]) -> list[PartnerFigures]:
    """How the deliveries with each partner stand, who has most that is not matched first."""
    by_partner: dict[int, list[Delivered]] = {}
    for one in deliveries:
        by_partner.setdefault(one.partner_id, []).append(one)
    found = [
        PartnerFigures(
            partner_id=partner_id,
            partner_name=of[0].partner_name,
            counts=rules.counted(one.state for one in of),
        )
        for partner_id, of in by_partner.items()
    ]
    return sorted(found, key=lambda it: (-_open(it.counts.items()), it.partner_name))


def _open(counts: Iterable[tuple[SideState, int]]) -> int:
    return sum(count for state, count in counts if state is not SideState.MATCHED)


def unticketed(uow: UnitOfWork, operator_id: int) -> list[Unticketed]:
    """Dispatches of the last lines of a book that could go on a pass, delivery by delivery.

    Raises NotPermitted, NotYourOperator.
    """
    asked = BookAsked(operator_id=operator_id, kind=EntryKind.DISPATCH, limit=_LINES)
    lines = [
        line
        for line in book_page(uow, asked).items
        if line.document and line.partner_id and not line.corrected_by
    ]
    taken = passes_of(uow, [line.reference for line in lines])
    groups: dict[tuple[int, str], list[BookLine]] = {}
    for line in lines:
        if line.reference not in taken:
            groups.setdefault((line.partner_id or 0, line.document), []).append(line)
    return [
        Unticketed(
            buyer_name=of[0].partner_name,
            document=of[0].document,
            on=str(of[0].at)[:10],
            lines=tuple(of[: rules.LINES_MAX]),
        )
        for of in groups.values()
    ]
