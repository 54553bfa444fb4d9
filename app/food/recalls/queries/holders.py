"""Who has or had goods of a recall: notices, what is expected of each, and what they answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, any_, literal, select, text

from app.food.recalls import errors
from app.food.recalls.model import RecallAnswerRow, RecallNoticeRow
from app.food.recalls.queries.effects import effectiveness_of
from app.food.recalls.terms import (
    Answer,
    AnswerShown,
    Expected,
    HoldersAsked,
    HoldersPage,
    Notice,
    Reach,
    Via,
)
from ledger.kernel.quantity import plain, unit_named
from ledger.kernel.statements import numbers
from ledger.kernel.uow import UnitOfWork

PAGE_MAX = 200  # a page people read; machines ask for the next one
ANSWERS_MAX = 1_000
_ONLY = {
    "all": "true",
    "unanswered": "n.answered_at IS NULL",
    "answered": "n.answered_at IS NOT NULL",
    "visit": "(n.reach = 'visit' OR n.stage >= 3) AND n.answered_at IS NULL",
    "added": "n.added_revision > 1",
}
# Those who have not answered first, of these the longest silent; the place is told by four numbers.
_ORDER = "(n.answered_at IS NOT NULL)::int, -n.stage, n.tier, n.operator_id"
# The page is chosen before anybody is named: of ten thousand holders fifty are.
_PAGE = """
    SELECT n.*, s.name, s.uscc, s.kinds, s.division, s.registered, s.status, s.contact, s.phone,
        s.address
    FROM (
        SELECT n.*, {order_as} FROM recall_notice n
        WHERE n.recall_id = :id AND {only}
            AND (CAST(:tier AS integer) IS NULL OR n.tier = :tier)
            AND (:text = '' OR EXISTS (
                SELECT FROM subject s WHERE s.id = n.operator_id
                    AND (s.name ILIKE '%' || :text || '%' OR s.uscc = upper(:text))))
            AND (CAST(:after AS integer[]) IS NULL OR ARRAY[{order}] > CAST(:after AS integer[]))
        ORDER BY {order} LIMIT :limit
    ) n JOIN subject s ON s.id = n.operator_id
    ORDER BY {order}
"""
_TALLY = text("""
    SELECT count(*) AS holders, count(*) FILTER (WHERE sent_at IS NOT NULL) AS sent,
        count(*) FILTER (WHERE seen_at IS NOT NULL) AS seen,
        count(*) FILTER (WHERE answered_at IS NOT NULL) AS answered,
        count(*) FILTER (WHERE reach = 'visit') AS visit,
        count(*) FILTER (WHERE added_revision > 1) AS added,
        count(*) FILTER (WHERE answered_at IS NULL AND stage = 1) AS stage_1,
        count(*) FILTER (WHERE answered_at IS NULL AND stage = 2) AS stage_2,
        count(*) FILTER (WHERE answered_at IS NULL AND stage = 3) AS stage_3
    FROM recall_notice WHERE recall_id = :id
""")
_TIERS = text("""
    SELECT tier, count(*) AS holders FROM recall_notice WHERE recall_id = :id
    GROUP BY tier ORDER BY tier
""")
_EXPECTED = text("""
    SELECT DISTINCT ON (operator_id, lot_id, unit) *
    FROM recall_holder WHERE recall_id = :id AND operator_id = ANY(CAST(:operators AS integer[]))
    ORDER BY operator_id, lot_id, unit, revision DESC
""")
_HEX_DIGITS = 64
_SAME = (
    "recall_id", "operator_id", "name", "uscc", "division", "registered", "status", "contact",
    "phone", "address", "tier", "issue", "added_at", "added_revision", "sent_at", "expires_at",
    "seen_at", "answered_at", "stage",
)  # fmt: skip
_SUMS = ("received", "produced", "dispatched", "sold", "used", "disposed", "on_hand")


class Seen(NamedTuple):
    """Whose answers may be seen: one holder's, those up to a tier, or all."""

    operator_id: int | None = None
    tier: int | None = None


ALL = Seen()


def holders_of(uow: UnitOfWork, asked: HoldersAsked) -> HoldersPage:
    """A page of a recall's holders with what is expected of each and its figures, at most 200.

    Raises UnknownHolder for a page that none of ours is followed by.
    """
    limit = min(max(asked.limit, 1), PAGE_MAX)
    statement = _PAGE.format(
        order=_ORDER, order_as=f"ARRAY[{_ORDER}] AS place", only=_ONLY.get(asked.only, "true")
    )
    said = {
        "id": asked.recall_id,
        "tier": asked.tier,
        "text": asked.text.strip(),
        "after": _place(asked.after),
        "limit": limit + 1,
    }
    rows = uow.session.execute(text(statement), said).all()
    items = _notices(uow, asked.recall_id, rows[:limit])
    following = ",".join(map(str, rows[limit - 1].place)) if len(rows) > limit else ""
    total = tally_of(uow, asked.recall_id)["holders"]
    return HoldersPage(items=items, next=following, total=total)


def _place(after: str) -> str | None:
    if not after:
        return None
    parts = after.split(",")
    if len(parts) != 4 or not all(it.lstrip("-").isdecimal() and len(it) < 11 for it in parts):
        raise errors.UnknownHolder
    return "{" + after + "}"


def notice_of(uow: UnitOfWork, recall_id: int, operator_id: int) -> Notice:
    """The notice of one holder. Raises UnknownHolder."""
    statement = _PAGE.format(order=_ORDER, order_as="0 AS place", only="n.operator_id = :operator")
    said = {"id": recall_id, "tier": None, "text": "", "after": None, "limit": 1}
    rows = uow.session.execute(text(statement), said | {"operator": operator_id}).all()
    if not rows:
        raise errors.UnknownHolder
    return _notices(uow, recall_id, rows)[0]


def _notices(uow: UnitOfWork, recall_id: int, rows: Sequence[Any]) -> tuple[Notice, ...]:
    operators = tuple(row.operator_id for row in rows)
    if not operators:
        return ()
    expected = expected_of(uow, recall_id, operators)
    figures = defaultdict(list)
    for one in effectiveness_of(uow, recall_id, operators).nodes:
        figures[one.operator_id].append(one)
    return tuple(
        Notice(
            **{name: getattr(row, name) for name in _SAME},
            kind=row.kinds[0] if row.kinds else "",
            reach=Reach(row.reach),
            answered=Answer(row.answered) if row.answered else None,
            expected=expected.get(row.operator_id, ()),
            figures=tuple(figures[row.operator_id]),
        )
        for row in rows
    )


def expected_of(
    uow: UnitOfWork, recall_id: int, operators: Iterable[int]
) -> dict[int, tuple[Expected, ...]]:
    """What is expected of holders, by operator: each lot as it was last found."""
    asked = {"id": recall_id, "operators": numbers(operators)}
    found: dict[int, tuple[Expected, ...]] = {}
    for row in uow.session.execute(_EXPECTED, asked):
        one = Expected(
            operator_id=row.operator_id,
            lot_id=row.lot_id,
            unit=unit_named(row.unit),
            tier=row.tier,
            **{name: getattr(row, name) for name in _SUMS},
            revision=row.revision,
            added_at=row.added_at,
            why=row.why,
        )
        found[row.operator_id] = (*found.get(row.operator_id, ()), one)
    return found


def tally_of(uow: UnitOfWork, recall_id: int) -> dict[str, int]:
    """How many holders were told, have seen, have answered, are silent at which stage."""
    row = uow.session.execute(_TALLY, {"id": recall_id}).mappings().one()
    return {name: int(value) for name, value in row.items()}


def tiers_of(uow: UnitOfWork, recall_id: int) -> dict[int, int]:
    """{tier: how many holders}, the nearest first."""
    return {row.tier: int(row.holders) for row in uow.session.execute(_TIERS, {"id": recall_id})}


def answers_of(uow: UnitOfWork, recall_id: int, seen: Seen = ALL) -> tuple[AnswerShown, ...]:
    """What holders answered, as far as it may be seen; the newest first, at most 1,000."""
    columns = RecallAnswerRow.__table__.c
    query = select(*columns).where(_seen(recall_id, seen)).order_by(columns.id.desc())
    return tuple(answer_of(row) for row in uow.session.execute(query.limit(ANSWERS_MAX)))


def _seen(recall_id: int, seen: Seen) -> ColumnElement[bool]:
    columns, notices = RecallAnswerRow.__table__.c, RecallNoticeRow.__table__.c
    found = columns.recall_id == recall_id
    if seen.operator_id is not None:
        found = found & (columns.operator_id == seen.operator_id)
    if seen.tier is not None:
        near = (notices.recall_id == recall_id) & (notices.tier <= seen.tier)
        found = found & columns.operator_id.in_(select(notices.operator_id).where(near))
    return found


def answer_of(row: Any) -> AnswerShown:
    """The view of an answer's row."""
    unit = unit_named(row.unit) if row.unit else None
    counted = str(plain(row.quantity, unit)) if unit and row.quantity is not None else ""
    return AnswerShown(
        id=row.id,
        operator_id=row.operator_id,
        answer=Answer(row.answer),
        lot_id=row.lot_id,
        quantity=counted,
        unit=row.unit,
        remark=row.remark,
        pictures=tuple(bytes(it) for it in row.pictures),
        via=Via(row.via),
        at=row.at,
        account_id=row.account_id,
    )


def picture_of(uow: UnitOfWork, recall_id: int, sha256: str, seen: Seen = ALL) -> bytes:
    """The hash of a picture that an answer names which may be seen. Raises UnknownPicture."""
    if len(sha256) != _HEX_DIGITS or not set(sha256) <= set("0123456789abcdef"):
        raise errors.UnknownPicture
    digest, columns = bytes.fromhex(sha256), RecallAnswerRow.__table__.c
    named = literal(digest) == any_(columns.pictures)
    if not uow.session.scalar(select(columns.id).where(_seen(recall_id, seen), named).limit(1)):
        raise errors.UnknownPicture
    return digest
