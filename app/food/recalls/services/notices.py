"""Telling holders: a notice each, a link to answer through, and who has to be visited instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from sqlalchemy import func, select, text

from app.food.recalls import errors
from app.food.recalls.model import RecallNoticeRow, RecallRow
from app.food.recalls.rules import states
from app.food.recalls.rules.deadlines import deadlines_on
from app.food.recalls.rules.scope import Scope
from app.food.recalls.terms import LinkNamed, Reach, State
from ledger.kernel.copying import copy_rows
from ledger.kernel.statements import numbers
from ledger.kernel.uow import UnitOfWork
from ledger.kernel.zone import SHANGHAI
from ledger.subjects.queries import out_of_business

TOLD_AT_ONCE = 500  # operators one fact names
_COLUMNS = ("recall_id", "operator_id", "tier", "reach", "added_at", "added_revision")
_SEND = text("""
    UPDATE recall_notice SET sent_at = :at, expires_at = :until, issue = issue + 1
    WHERE recall_id = :id AND sent_at IS NULL
        AND (CAST(:some AS integer[]) IS NULL OR operator_id = ANY(CAST(:some AS integer[])))
    RETURNING operator_id
""")
_COUNT = text("SELECT count(*) FROM recall_notice WHERE recall_id = :id")


def add_holders(
    uow: UnitOfWork, row: RecallRow, scope: Scope, *, is_first: bool
) -> tuple[int, ...]:
    """Give every holder that has none a notice; who was added. The recaller tells, not is told.

    Those who are not registered, or out of business, are to be visited. What is added after the
    notices went out is told at once.
    """
    tiers: dict[int, int] = {}
    for key, holder in scope.holders.items():
        tier = scope.tiers[holder.node]
        tiers[key.operator_id] = min(tier, tiers.get(key.operator_id, tier))
    known = RecallNoticeRow.__table__.c
    has = set(uow.session.scalars(select(known.operator_id).where(known.recall_id == row.id)))
    fresh = sorted(tiers.keys() - has - {row.recaller_id or 0})
    if fresh:
        away = _unreachable(uow, scope, fresh)
        lines = (
            (row.id, it, tiers[it], (Reach.VISIT if it in away else Reach.MESSAGE).value,
             uow.now, row.revision)
            for it in fresh
        )  # fmt: skip
        copy_rows(uow.session, "recall_notice", _COLUMNS, lines)
    row.holders = int(uow.session.scalar(_COUNT, {"id": row.id}) or 0)
    is_told = states.reached(State(row.state), State.NOTIFIED) and row.closed_at is None
    if fresh and is_told and not is_first:
        _send(uow, row, fresh)
    return tuple(fresh)


def _unreachable(uow: UnitOfWork, scope: Scope, fresh: Iterable[int]) -> set[int]:
    wanted = set(fresh)
    strangers = {
        it for it in wanted if it not in scope.operators or not scope.operators[it].registered
    }
    return strangers | out_of_business(uow, wanted)


def send_all(uow: UnitOfWork, row: RecallRow) -> None:
    """Tell all holders. Announces: recall.notice_sent."""
    _send(uow, row, None)


def _send(uow: UnitOfWork, row: RecallRow, some: Sequence[int] | None) -> None:
    """Set holders' clocks running and tell them; a drill sets the clocks and tells nobody."""
    days = deadlines_on(uow.parameters, row.known_at.astimezone(SHANGHAI).date()).link_days
    said = {"id": row.id, "at": uow.now, "until": uow.now + timedelta(days=days)}
    chosen = None if some is None else numbers(some)
    told = sorted(uow.session.scalars(_SEND, said | {"some": chosen}))
    if not row.is_drill:
        _announce(uow, row, told, reminder=0)


def _announce(uow: UnitOfWork, row: RecallRow, told: Sequence[int], *, reminder: int) -> None:
    about = {"recall_id": row.id, "number": row.number, "reminder": reminder}
    facts = [about | {"operators": list(some)} for some in _parts(told)]
    if facts:
        uow.announce_each("recall.notice_sent", facts)


def remind(uow: UnitOfWork, row: RecallRow, silent_ones: Sequence[int], stage: int) -> None:
    """Tell holders again. Announces: recall.notice_sent with the number of the reminder."""
    _announce(uow, row, silent_ones, reminder=stage)


def _parts(told: Sequence[int]) -> Iterator[Sequence[int]]:
    for begin in range(0, len(told), TOLD_AT_ONCE):
        yield told[begin : begin + TOLD_AT_ONCE]


def silent(uow: UnitOfWork, recall_id: int) -> int:
    """How many holders were told and have not answered."""
    row = RecallNoticeRow
    found = select(func.count()).where(
        row.recall_id == recall_id, row.sent_at.is_not(None), row.answered_at.is_(None)
    )
    return int(uow.session.scalar(found) or 0)


def new_link(uow: UnitOfWork, recall_id: int, operator_id: int) -> LinkNamed:
    """What the newest link of a holder names; the door seals it.

    Refuses: UnknownHolder; LinkExpired before the notice went out, or after its link ran out.
    """
    found = uow.session.get(RecallNoticeRow, (recall_id, operator_id))
    if found is None:
        raise errors.UnknownHolder
    if not found.issue or found.expires_at is None or found.expires_at <= uow.now:
        raise errors.LinkExpired
    return LinkNamed(recall_id, operator_id, found.issue)
