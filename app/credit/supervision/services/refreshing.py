"""Finding out who belongs to which library: one pass over subjects for all rules together.

Of each part of the city the tags are read once, every rule is held against them in columns, and
what differs from the open memberships is written: joined rows are copied in, ended ones get their
day. Who left and came back on one day never left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from io import StringIO
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from app.credit.supervision import queries
from app.credit.supervision.queries.tagged import PART, Traded
from app.credit.supervision.rules import Columns, members
from app.credit.supervision.terms import Refreshed, Rule
from ledger.kernel import uow as units
from ledger.kernel.copying import copy_rows
from ledger.kernel.uow import UnitOfWork

Keys = npt.NDArray[np.int64]
_SHIFT = 32
_LOW = (1 << _SHIFT) - 1
_CHANGED_AT_ONCE = 5_000  # subjects followed in one unit
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7310026)")
_OPEN = """
    COPY (SELECT library_id, subject_id FROM library_member WHERE to_on IS NULL
        AND subject_id BETWEEN {first} AND {last}{those}) TO STDOUT"""
_BACK = text("""
    UPDATE library_member m SET to_on = NULL
    FROM unnest(CAST(:libraries AS integer[]), CAST(:subjects AS integer[])) AS b(library, subject)
    WHERE m.subject_id = b.subject AND m.library_id = b.library AND m.to_on = :today
    RETURNING m.library_id, m.subject_id""")
_SOME_LEFT_TODAY = text("""
    SELECT EXISTS (SELECT FROM library_day WHERE on_day = :today AND gone > 0)""")
_END = text("""
    UPDATE library_member m SET to_on = :today
    FROM unnest(CAST(:libraries AS integer[]), CAST(:subjects AS integer[])) AS b(library, subject)
    WHERE m.subject_id = b.subject AND m.library_id = b.library AND m.to_on IS NULL""")
_COUNT = text("""
    UPDATE library l SET members = l.members + c.joined - c.gone, refreshed_at = :now
    FROM unnest(CAST(:libraries AS integer[]), CAST(:joined AS integer[]),
        CAST(:gone AS integer[])) AS c(library, joined, gone)
    WHERE l.id = c.library""")
_DAY = text("""
    INSERT INTO library_day (library_id, on_day, joined, gone)
    SELECT c.library, :today, c.joined, c.gone
    FROM unnest(CAST(:libraries AS integer[]), CAST(:joined AS integer[]),
        CAST(:gone AS integer[])) AS c(library, joined, gone)
    WHERE c.joined + c.gone > 0
    ON CONFLICT (library_id, on_day)
    DO UPDATE SET joined = library_day.joined + excluded.joined,
        gone = library_day.gone + excluded.gone""")
_ENDED_LIBRARIES = text("""
    SELECT id FROM library WHERE valid_to < :today AND members > 0 ORDER BY id""")
_MARK = text("SELECT subject_id, change_id FROM library_mark WHERE id = 1")
_SET_MARK = text("UPDATE library_mark SET subject_id = :subject, change_id = :change WHERE id = 1")
_LAST = text("""
    SELECT coalesce((SELECT max(id) FROM subject), 0) AS subject,
        coalesce((SELECT max(id) FROM subject_change), 0) AS change""")
_NEW = text("SELECT id FROM subject WHERE id > :after ORDER BY id LIMIT :most")
_CHANGED = text("""
    SELECT id, subject_id FROM subject_change WHERE id > :after ORDER BY id LIMIT :most""")


def refresh_all(
    open_unit: Callable[[], AbstractContextManager[UnitOfWork]],
    *,
    libraries: Iterable[int] | None = None,
) -> Iterator[Refreshed]:
    """Hold all rules, or those of some libraries, against the whole city, a part in each unit.

    Whatever changes meanwhile is followed afterwards. A pass that dies leaves whole parts.
    """
    only = None if libraries is None else tuple(libraries)
    with open_unit() as uow:
        known = queries.traded(uow, uow.today)
        begun = uow.session.execute(_LAST).one()
    after: int | None = 0
    while after is not None:
        part = partial(refresh_part, after=after, known=known, libraries=only)
        done = units.run(open_unit, part)
        yield done
        after = done.last
    if only is None:
        said = {"subject": begun.subject, "change": begun.change}
        with open_unit() as uow:
            uow.session.execute(_SET_MARK, said)


def refresh_part(
    uow: UnitOfWork,
    *,
    after: int = 0,
    known: Traded | None = None,
    subjects: Iterable[int] | None = None,
    libraries: Iterable[int] | None = None,
) -> Refreshed:
    """Settle the memberships of the next subjects behind an id, or of some, as of today.

    ``known`` is what records say of trades, read once for all parts. Announces: library.changed.
    """
    uow.session.execute(_ONE_AT_A_TIME)
    in_force = queries.rules_in_force(uow, uow.today, libraries)
    ended = [row.id for row in uow.session.execute(_ENDED_LIBRARIES, {"today": uow.today})]
    trades = queries.traded(uow, uow.today) if known is None else known
    columns = queries.tag_columns(uow, uow.today, trades, after=after, subjects=subjects)
    asked = None if subjects is None else sorted(subjects)
    first, last = _span(columns, after, asked)
    wanted = _wanted(in_force, columns)
    narrowed = None if libraries is None else [*in_force, *ended]
    there = _open_now(uow, (first, last), asked, narrowed)
    joined = np.setdiff1d(wanted, there, assume_unique=True)
    left = np.setdiff1d(there, wanted, assume_unique=True)
    _write(uow, joined, left)
    touched = _count(uow, list(in_force), joined, left)
    return Refreshed(
        subjects=len(columns.ids),
        joined=len(joined),
        left=len(left),
        last=int(columns.ids[-1]) if asked is None and len(columns.ids) == PART else None,
        touched=touched,
    )


def _span(columns: Columns, after: int, asked: list[int] | None) -> tuple[int, int]:
    """The ids whose open memberships are looked at: behind the last full part, all there are."""
    if asked is not None:
        return (asked[0], asked[-1]) if asked else (0, 0)
    whole = len(columns.ids) == PART
    return after + 1, int(columns.ids[-1]) if whole else 2**31 - 1


def _wanted(in_force: dict[int, Rule], columns: Columns) -> Keys:
    """Who belongs where by the rules, as sorted numbers of library and subject."""
    if not len(columns.ids):
        return np.empty(0, np.int64)
    found = [(library << _SHIFT) | members(rule, columns) for library, rule in in_force.items()]
    return np.sort(np.concatenate(found)) if found else np.empty(0, np.int64)


def _open_now(
    uow: UnitOfWork,
    span: tuple[int, int],
    subjects: list[int] | None,
    libraries: list[int] | None,
) -> Keys:
    """Who is where now, in the same numbers, read by COPY: millions come in seconds."""
    those = _among("subject_id", subjects) + _among("library_id", libraries)
    said = StringIO()
    cursor = uow.session.connection().connection.cursor()
    try:
        cursor.copy_expert(_OPEN.format(first=span[0], last=span[1], those=those), said)
    finally:
        cursor.close()
    if not said.tell():
        return np.empty(0, np.int64)
    pairs = np.fromstring(said.getvalue(), np.int64, sep=" ").reshape(-1, 2)
    return np.sort((pairs[:, 0] << _SHIFT) | pairs[:, 1])


def _among(column: str, numbers: list[int] | None) -> str:
    """A condition on numbers of our own; COPY takes no parameters."""
    if numbers is None:
        return ""
    return f" AND {column} = ANY('{{{','.join(map(str, map(int, numbers)))}}}')"


def _write(uow: UnitOfWork, joined: Keys, left: Keys) -> None:
    said = {"today": uow.today}
    if len(joined):
        new = np.setdiff1d(joined, _back(uow, joined), assume_unique=True)
        new = new[np.argsort(new & _LOW, kind="stable")]  # rows of a subject lie together
        libraries, subjects = (new >> _SHIFT).tolist(), (new & _LOW).tolist()
        today = uow.today.isoformat()
        copy_rows(
            uow.session,
            "library_member",
            ("subject_id", "library_id", "from_on"),
            ((who, where, today) for who, where in zip(subjects, libraries, strict=True)),
        )
    if len(left):
        uow.session.execute(_END, said | _parted(left))


def _back(uow: UnitOfWork, joined: Keys) -> Keys:
    """Those who left today and are back: their memberships go on as if nothing had been."""
    said = {"today": uow.today}
    if not uow.session.scalar(_SOME_LEFT_TODAY, said):
        return np.empty(0, np.int64)
    rows = uow.session.execute(_BACK, said | _parted(joined)).all()
    return np.array([(row[0] << _SHIFT) | row[1] for row in rows], np.int64)


def _parted(keys: Keys) -> dict[str, list[int]]:
    return {"libraries": (keys >> _SHIFT).tolist(), "subjects": (keys & _LOW).tolist()}


def _count(uow: UnitOfWork, libraries: list[int], joined: Keys, left: Keys) -> frozenset[int]:
    """Keep the counts of the day and of the libraries; returns which have changed."""
    came = dict(zip(*_counted(joined), strict=True))
    went = dict(zip(*_counted(left), strict=True))
    every = sorted({*libraries, *came, *went})
    said: dict[str, Any] = {
        "libraries": every,
        "joined": [came.get(library, 0) for library in every],
        "gone": [went.get(library, 0) for library in every],
        "today": uow.today,
        "now": uow.now,
    }
    uow.session.execute(_COUNT, said)
    uow.session.expire_all()
    touched = frozenset({*came, *went})
    if touched:
        uow.session.execute(_DAY, said)
        uow.announce("library.changed", libraries=sorted(touched), joined=len(joined))
    return touched


def _counted(keys: Keys) -> tuple[list[int], list[int]]:
    libraries, counts = np.unique(keys >> _SHIFT, return_counts=True)
    return libraries.tolist(), counts.tolist()


def follow_changes(uow: UnitOfWork) -> Refreshed:
    """Settle subjects registered, amended or merged since the last time; ``last`` is not None
    where more of them wait.
    """
    mark = uow.session.execute(_MARK).one()
    most = {"most": _CHANGED_AT_ONCE}
    new = [row.id for row in uow.session.execute(_NEW, most | {"after": mark.subject_id})]
    changed = uow.session.execute(_CHANGED, most | {"after": mark.change_id}).all()
    ids = sorted({*new, *(row.subject_id for row in changed)})
    if not ids:
        return Refreshed(subjects=0, joined=0, left=0, last=None)
    done = refresh_part(uow, subjects=ids)
    last = {
        "subject": new[-1] if new else mark.subject_id,
        "change": changed[-1].id if changed else mark.change_id,
    }
    uow.session.execute(_SET_MARK, last)
    more = _CHANGED_AT_ONCE in (len(new), len(changed))
    return Refreshed(
        subjects=len(ids),
        joined=done.joined,
        left=done.left,
        last=ids[-1] if more else None,
        touched=done.touched,
    )


def preview(uow: UnitOfWork, rule: Rule) -> tuple[int, tuple[int, ...]]:
    """How many subjects a rule would take in today, and the first of them.

    Refuses: NotPermitted.
    """
    uow.actor.require("library.manage")
    known = queries.traded(uow, uow.today)
    count, after = 0, 0
    shown: list[int] = []
    while True:
        columns = queries.tag_columns(uow, uow.today, known, after=after)
        found = members(rule, columns)
        count += len(found)
        shown += found[: max(0, 10 - len(shown))].tolist()
        if len(columns.ids) < PART:
            return count, tuple(shown)
        after = int(columns.ids[-1])
