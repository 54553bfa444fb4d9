"""Schemes read: one in force, one by its version, all that somebody may see."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from sqlalchemy import or_, select

from app.credit.scoring import errors
from app.credit.scoring.model import SchemeRow
from app.credit.scoring.rules.reading import read_scheme
from app.credit.scoring.terms import Scheme, SchemeState, SchemeView
from ledger.kernel.uow import UnitOfWork


@lru_cache(maxsize=128)
def _scheme(text: str) -> Scheme:
    return read_scheme(text)


def view_of(row: SchemeRow) -> SchemeView:
    """A stored scheme, read again; its sources are not looked at."""
    return SchemeView(
        id=row.id,
        scheme=_scheme(row.text),
        state=SchemeState(row.state),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        text=row.text,
        loaded_at=row.loaded_at,
    )


def may_see_rules(uow: UnitOfWork, view: SchemeView) -> bool:
    """Whether the actor may read a scheme: public ones everybody, others who reads scores."""
    if view.state is SchemeState.DRAFT:
        return uow.actor.may("scheme.draft")
    return view.scheme.public or uow.actor.may("score.read")


def require_scores(uow: UnitOfWork, *, public: bool) -> None:
    """Refuse whoever may not see scores of such a scheme. This is the one place that decides it.

    Refuses: NobodySignedIn, NotPermitted.
    """
    if not public:
        uow.actor.require("class.read")


def scheme_in_force(uow: UnitOfWork, code: str, on: date) -> SchemeView:
    """The version of a scheme that is in force on a day. Refuses: UnknownScheme, NotInForce."""
    rows = list(uow.session.scalars(select(SchemeRow).where(SchemeRow.code == code)))
    counted = [row for row in rows if row.state != SchemeState.DRAFT]
    if not counted:
        raise errors.UnknownScheme(code=code)
    for row in counted:
        if row.valid_from <= on and (row.valid_to is None or row.valid_to > on):
            return view_of(row)
    raise errors.NotInForce(code=code, day=str(on))


def scheme_shown(uow: UnitOfWork, code: str) -> SchemeView:
    """The version of a scheme in force today, else the newest, for who may read it.

    Refuses: UnknownScheme.
    """
    views = [view for view in schemes(uow) if view.scheme.code == code]
    if not views:
        raise errors.UnknownScheme(code=code)
    today = [
        view
        for view in views
        if view.state is not SchemeState.DRAFT
        and view.valid_from <= uow.today
        and (view.valid_to is None or view.valid_to > uow.today)
    ]
    return (today or views)[0]


def scheme_by_version(uow: UnitOfWork, code: str, version: str) -> SchemeView:
    """One version of a scheme, for who may read it. Refuses: UnknownScheme."""
    row = uow.session.scalar(
        select(SchemeRow).where(SchemeRow.code == code, SchemeRow.version == version)
    )
    if row is None or not may_see_rules(uow, view := view_of(row)):
        raise errors.UnknownScheme(code=code)
    return view


def scheme_by_id(uow: UnitOfWork, scheme_id: int) -> SchemeView:
    """One version of a scheme by its number. Refuses: UnknownScheme."""
    row = uow.session.get(SchemeRow, scheme_id)
    if row is None:
        raise errors.UnknownScheme(code=str(scheme_id))
    return view_of(row)


def schemes(uow: UnitOfWork, *, on: date | None = None) -> tuple[SchemeView, ...]:
    """The schemes the actor may read, by trade and code, newest version first; few hundred at most.

    ``on``: only those in force on that day.
    """
    query = select(SchemeRow).order_by(
        SchemeRow.trade, SchemeRow.code, SchemeRow.valid_from.desc(), SchemeRow.id.desc()
    )
    if on is not None:
        query = query.where(
            SchemeRow.state != SchemeState.DRAFT.value,
            SchemeRow.valid_from <= on,
            or_(SchemeRow.valid_to.is_(None), SchemeRow.valid_to > on),
        )
    rows: Iterable[SchemeRow] = uow.session.scalars(query.limit(500))
    return tuple(view for view in map(view_of, rows) if may_see_rules(uow, view))
