"""Scores read: of one object with its explanation, its history, and pages of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import text

from app.credit.scoring import errors
from app.credit.scoring.queries.runs import latest_run
from app.credit.scoring.queries.schemes import require_scores, scheme_by_id
from app.credit.scoring.rules.explain import explain
from app.credit.scoring.rules.packing import unpacked
from app.credit.scoring.terms import (
    Case,
    Flag,
    Scheme,
    Score,
    ScoreHead,
    ScoresAsked,
    ScoresPage,
    days_of,
)
from ledger.kernel.uow import UnitOfWork

_PAGE_MOST = 500
_ID_MAX = 2**31 - 1
_HEAD = """
    s.run_id, s.object_id, s.subject_id, s.own, s.points, s.parent, s.kind, s.class_rank,
    s.adjusted, s.before, s.flags, coalesce(o.number, p.uscc) AS number,
    coalesce(o.name, p.name) AS name"""
_NAMED = """
    LEFT JOIN score_object o ON o.id = s.object_id AND :apart
    LEFT JOIN subject p ON p.id = s.subject_id AND NOT :apart"""
_RUN = "r.scheme_id, r.as_of, c.version"
_OF_RUN = """
    JOIN score_run r ON r.id = s.run_id AND r.state IN ('in_force', 'part')
    JOIN scheme c ON c.id = r.scheme_id AND c.code = :code"""
_ONE = text(f"""
    SELECT {_HEAD}, {_RUN}, s.rows, s.words FROM score s {_OF_RUN} {_NAMED}
    WHERE s.subject_id = :subject AND s.kind = :kind AND s.object_id = :object
    ORDER BY r.as_of DESC, r.id DESC LIMIT 1
""")  # noqa: S608 - only our own words
_PAGE_OF_CLASS = text(f"""
    SELECT {_HEAD} FROM score s {_NAMED}
    WHERE s.run_id = :run AND s.kind = :kind AND s.adjusted = :adjusted AND s.object_id > :after
    ORDER BY s.object_id LIMIT :limit
""")  # noqa: S608
_PAGE = text(f"""
    SELECT {_HEAD} FROM score s {_NAMED}
    WHERE s.run_id = :run AND s.kind = :kind AND s.object_id > :after
    ORDER BY s.object_id LIMIT :limit
""")  # noqa: S608
_OF_SUBJECTS = text(f"""
    SELECT DISTINCT ON (s.object_id) {_HEAD}, {_RUN} FROM score s {_OF_RUN} {_NAMED}
    WHERE s.subject_id = ANY(CAST(:subjects AS int[])) AND s.kind = :kind AND s.object_id > :after
    ORDER BY s.object_id, r.as_of DESC, r.id DESC LIMIT :limit
""")  # noqa: S608
_HISTORY = text(f"""
    SELECT {_HEAD}, {_RUN} FROM score s {_OF_RUN} {_NAMED}
    WHERE s.subject_id = :subject AND s.kind = :kind AND s.object_id = :object
    ORDER BY r.as_of DESC, r.id DESC LIMIT 60
""")  # noqa: S608
_SUBJECT = text("SELECT subject_id FROM score_object WHERE id = :id")


def _apart(scheme: Scheme, kind: str) -> bool:
    """Whether objects of a kind are none of the subjects themselves."""
    assert kind in {one.name for one in scheme.kinds}
    return kind != "subject"


def _place(scheme: Scheme, kind: str) -> int:
    for at, one in enumerate(scheme.kinds):
        if one.name == (kind or scheme.object):
            return at
    raise errors.UnknownScore(kind=kind)


class _Of(NamedTuple):
    """Which version of a scheme scores are of, and as of when."""

    scheme: Scheme
    version: str
    as_of: date


def _head(row: Any, of: _Of) -> ScoreHead:
    codes = [*(one.code for one in of.scheme.classes), ""]
    return ScoreHead(
        run_id=row.run_id,
        scheme_code=of.scheme.code,
        scheme_version=of.version,
        as_of=of.as_of,
        kind=of.scheme.kinds[row.kind].name,
        object_id=row.object_id,
        subject_id=row.subject_id,
        number=row.number or "",
        name=row.name or "",
        own=row.own,
        points=row.points,
        class_code=codes[row.class_rank],
        adjusted_class=codes[row.adjusted],
        flags=Flag(row.flags),
    )


def _counting(uow: UnitOfWork, code: str) -> tuple[int, _Of]:
    """The run whose scores count, for who may see them."""
    run = latest_run(uow, code)
    if run is None:
        raise errors.UnknownScore(code=code)
    scheme = scheme_by_id(uow, run.scheme_id).scheme
    require_scores(uow, public=scheme.public)
    return run.id, _Of(scheme, run.scheme_version, run.as_of)


def _asked(uow: UnitOfWork, scheme: Scheme, kind: str, object_id: int) -> dict[str, Any]:
    place = _place(scheme, kind)
    apart = _apart(scheme, scheme.kinds[place].name)
    subject: int | None = object_id
    if apart:
        subject = uow.session.scalar(_SUBJECT, {"id": min(object_id, _ID_MAX)})
    if subject is None or not 0 < object_id <= _ID_MAX:
        raise errors.UnknownScore(code=scheme.code)
    return {"kind": place, "object": object_id, "subject": subject, "apart": apart}


def score_of(uow: UnitOfWork, code: str, object_id: int, kind: str = "") -> Score:
    """An object's newest score by a scheme, explained line by line.

    ``kind`` is the scheme's first where it is not given. Refuses: UnknownScore, and NotPermitted
    for a scheme that is not public.
    """
    _, newest = _counting(uow, code)
    asked = _asked(uow, newest.scheme, kind, object_id)
    row = uow.session.execute(_ONE, asked | {"code": code}).first()
    if row is None:
        raise errors.UnknownScore(code=code)
    of = _Of(scheme_by_id(uow, row.scheme_id).scheme, row.version, row.as_of)
    name = of.scheme.kinds[asked["kind"]].name
    case = _case(of.scheme, name, row)
    earlier = (one for one in _history(uow, code, asked) if one.as_of < of.as_of)
    return Score(
        head=_head(row, of),
        case=case,
        outcome=explain(of.scheme, case, days_of(of.as_of)),
        previous=next(earlier, None),
    )


def _case(scheme: Scheme, kind: str, row: Any) -> Case:
    return Case(
        kind=kind,
        facts=unpacked(scheme, kind, bytes(row.rows), row.words),
        parent=row.parent if row.parent >= 0 else None,
        before=scheme.classes[row.before].code if row.before >= 0 else "",
    )


def _history(uow: UnitOfWork, code: str, asked: Mapping[str, Any]) -> list[ScoreHead]:
    return _heads(uow, uow.session.execute(_HISTORY, {**asked, "code": code}).all())


def _heads(uow: UnitOfWork, rows: Sequence[Any]) -> list[ScoreHead]:
    views = {at: scheme_by_id(uow, at).scheme for at in {row.scheme_id for row in rows}}
    return [_head(row, _Of(views[row.scheme_id], row.version, row.as_of)) for row in rows]


def history_of(uow: UnitOfWork, code: str, object_id: int, kind: str = "") -> Sequence[ScoreHead]:
    """An object's scores by a scheme, the newest first, at most sixty runs.

    Refuses: UnknownScore where the scheme has never run, NotPermitted.
    """
    _, of = _counting(uow, code)
    return _history(uow, code, _asked(uow, of.scheme, kind, object_id))


def scores_page(uow: UnitOfWork, asked: ScoresAsked) -> ScoresPage:
    """Scores in order of the objects, at most 500 at once: of the newest run of all objects.

    Of subjects asked for by their ids the newest scores, be they of a run of some.

    Refuses: UnknownScore, UnknownName of a class, NotPermitted.
    """
    run_id, of = _counting(uow, asked.code)
    place = _place(of.scheme, asked.kind)
    limit = max(1, min(asked.limit, _PAGE_MOST))
    params: dict[str, Any] = {
        "run": run_id,
        "kind": place,
        "apart": _apart(of.scheme, of.scheme.kinds[place].name),
        "after": asked.after,
        "limit": limit + 1,
    }
    if asked.subject_ids:
        params |= {"subjects": list(asked.subject_ids), "code": asked.code}
        found = uow.session.execute(_OF_SUBJECTS, params).all()
        return _page(_heads(uow, found), limit)
    if asked.class_code:
        query = _PAGE_OF_CLASS
        codes = [one.code for one in of.scheme.classes]
        if asked.class_code not in codes:
            raise errors.UnknownName(name=asked.class_code)
        params["adjusted"] = codes.index(asked.class_code)
    else:
        query = _PAGE
    return _page([_head(row, of) for row in uow.session.execute(query, params)], limit)


def _page(found: Sequence[ScoreHead], limit: int) -> ScoresPage:
    items = tuple(found[:limit])
    return ScoresPage(items=items, next=items[-1].object_id if len(found) > limit else None)


def scores_of_subject(
    uow: UnitOfWork, code: str, subject_id: int, kind: str = ""
) -> Sequence[ScoreHead]:
    """The newest scores of all objects of a subject, at most 500; none where it has not run."""
    try:
        return scores_page(
            uow,
            ScoresAsked(code=code, kind=kind, subject_ids=(subject_id,), limit=_PAGE_MOST),
        ).items
    except errors.UnknownScore:
        return ()
