"""Signs as they were issued, and what their holders say."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, func, select, text

from app.credit.signage import errors
from app.credit.signage.model import SignReplyRow, SignRow
from app.credit.signage.rules.statements import read_number
from app.credit.signage.terms import GONE, Held, Reply, Sign, SignsAsked
from ledger.kernel.uow import UnitOfWork

HISTORY_MAX = 50  # a sign a month for four years
_OF_SUBJECT_MAX = 200
_BARRED = text("""
    SELECT subject_id, kind, object_id FROM (
        SELECT DISTINCT ON (subject_id, kind, object_id)
            subject_id, kind, object_id, ended_at, replaced_by, reason
        FROM sign WHERE scheme = :scheme
        ORDER BY subject_id, kind, object_id, issued_at DESC, ended_at DESC NULLS FIRST) newest
    WHERE ended_at IS NOT NULL AND replaced_by = '' AND reason <> :gone
""")


def _sign(row: SignRow) -> Sign:
    return Sign(
        number=row.number,
        held=Held(
            subject_id=row.subject_id, scheme=row.scheme, kind=row.kind, object_id=row.object_id
        ),
        version=row.version,
        class_code=row.class_code,
        run_id=row.run_id,
        graded_on=row.graded_on,
        issued_at=row.issued_at,
        valid_until=row.valid_until,
        name=row.name,
        object_number=row.object_number,
        place=row.place,
        replaced_by=row.replaced_by,
        ended_at=row.ended_at,
        reason=row.reason,
    )


def sign_by_number(uow: UnitOfWork, number: str) -> Sign:
    """The sign with this number, as somebody typed or scanned it. Refuses: UnknownSign."""
    known = read_number(number[:64])
    row = None
    if known is not None:
        row = uow.session.scalar(select(SignRow).where(SignRow.number == known))
    if row is None:
        raise errors.UnknownSign
    return _sign(row)


def sign_of(uow: UnitOfWork, held: Held) -> Sign | None:
    """The sign that hangs for an object, if one does."""
    row = uow.session.scalar(
        select(SignRow).where(*_about(held), SignRow.ended_at.is_(None)).limit(1)
    )
    return _sign(row) if row else None


def _about(held: Held) -> tuple[ColumnElement[bool], ...]:
    return (
        SignRow.subject_id == held.subject_id,
        SignRow.scheme == held.scheme,
        SignRow.kind == held.kind,
        SignRow.object_id == held.object_id,
    )


def history_of(uow: UnitOfWork, held: Held) -> tuple[Sign, ...]:
    """All signs an object has had, the newest first, capped at ``HISTORY_MAX``."""
    asked = select(SignRow).where(*_about(held))
    newest = (SignRow.issued_at.desc(), SignRow.ended_at.desc().nulls_first())
    rows = uow.session.scalars(asked.order_by(*newest).limit(HISTORY_MAX))
    return tuple(map(_sign, rows))


def signs_of_subject(uow: UnitOfWork, subject_id: int) -> tuple[Sign, ...]:
    """The signs that hang for a subject and what is its own."""
    asked = select(SignRow).where(SignRow.subject_id == subject_id, SignRow.ended_at.is_(None))
    ordered = asked.order_by(SignRow.scheme, SignRow.kind, SignRow.object_id)
    return tuple(map(_sign, uow.session.scalars(ordered.limit(_OF_SUBJECT_MAX))))


def hanging_of(
    uow: UnitOfWork, scheme: str, subjects: Collection[int] | None = None
) -> dict[Held, Sign]:
    """The signs of a scheme that hang, by what they are about; of some subjects or of all."""
    asked = select(SignRow).where(SignRow.scheme == scheme, SignRow.ended_at.is_(None))
    if subjects is not None:
        asked = asked.where(SignRow.subject_id.in_(subjects))
    found = map(_sign, uow.session.scalars(asked.execution_options(yield_per=10_000)))
    return {one.held: one for one in found}


def barred_of(uow: UnitOfWork, scheme: str) -> frozenset[Held]:
    """What had its sign revoked by an officer and not issued again: no job gives it another."""
    rows = uow.session.execute(_BARRED, {"scheme": scheme, "gone": GONE})
    return frozenset(
        Held(subject_id=row.subject_id, scheme=scheme, kind=row.kind, object_id=row.object_id)
        for row in rows
    )


def signs_page(uow: UnitOfWork, asked: SignsAsked) -> tuple[tuple[Sign, ...], str | None]:
    """Hanging signs of a scheme in the order of their numbers, and where the next page begins."""
    wanted = select(SignRow).where(SignRow.ended_at.is_(None), SignRow.scheme == asked.scheme)
    if asked.text:
        wanted = wanted.where(SignRow.name.contains(asked.text, autoescape=True))
    wanted = wanted.where(SignRow.number > asked.after).order_by(SignRow.number)
    rows = tuple(map(_sign, uow.session.scalars(wanted.limit(asked.limit + 1))))
    if len(rows) <= asked.limit:
        return rows, None
    return rows[: asked.limit], rows[asked.limit - 1].number


def public_signs(
    uow: UnitOfWork, schemes: Sequence[str], after: tuple[str, str], limit: int
) -> tuple[Sign, ...]:
    """Hanging signs of some schemes after (scheme, number), for a file of all."""
    key = (SignRow.scheme, SignRow.number)
    wanted = select(SignRow).where(SignRow.ended_at.is_(None), SignRow.scheme.in_(schemes))
    wanted = wanted.where(func.row(*key) > func.row(*after)).order_by(*key).limit(limit)
    return tuple(map(_sign, uow.session.scalars(wanted)))


def changed_last(uow: UnitOfWork) -> tuple[datetime | None, int]:
    """When signs last changed, and how many hang: what tells one file of all from another."""
    last, hang = uow.session.execute(
        select(
            func.greatest(func.max(SignRow.issued_at), func.max(SignRow.ended_at)),
            func.count().filter(SignRow.ended_at.is_(None)),
        )
    ).one()
    return last, hang


def reply_about(uow: UnitOfWork, held: Held) -> Reply | None:
    """The newest thing the holder said; an empty one says that nothing is to be shown."""
    row = uow.session.scalar(
        select(SignReplyRow)
        .where(
            SignReplyRow.subject_id == held.subject_id,
            SignReplyRow.scheme == held.scheme,
            SignReplyRow.kind == held.kind,
            SignReplyRow.object_id == held.object_id,
        )
        .order_by(SignReplyRow.id.desc())
        .limit(1)
    )
    if row is None or not row.text:
        return None
    return Reply(
        id=row.id,
        text=row.text,
        said_at=row.said_at,
        hidden_at=row.hidden_at,
        hidden_why=row.hidden_why,
    )


def subject_of_sign(uow: UnitOfWork, said: str) -> int | None:
    """Whose a sign is, by its address or number as somebody scanned or typed it."""
    number = urlsplit(said.strip()[:400]).path.rstrip("/").rpartition("/")[2]
    try:
        return sign_by_number(uow, number).held.subject_id
    except errors.UnknownSign:
        return None
