"""Subjects with the values of their tags, a part of the city at a time, in columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from app.credit.records.errors import UnknownItem
from app.credit.records.queries import item_rows
from app.credit.supervision.rules import Columns, read
from app.credit.supervision.terms import Tag, Tagged
from ledger.kernel.uow import UnitOfWork

PART = 100_000  # subjects in columns at once: some 100 MB at most with all their tags
TRADE_ITEM = "registration.trade"
_TRADE_TAGS = (Tag.ATTRIBUTE, Tag.INDUSTRY, Tag.SIZE)
_FOOD = {"tags": "food"}
_ADDITIVES = "32"  # SC2…: food additives, the last category of the licence list
Traded = Mapping[tuple[Tag, str], npt.NDArray[np.int64]]
"""Subjects, ascending, by what records say of their trade."""

_WHO = """
    SELECT id, division, status, kinds FROM subject
    WHERE registered AND merged_into IS NULL AND id > :after {those}
    ORDER BY id LIMIT :most"""
_PAPERS = """
    SELECT subject_id, kind, left(number, 5) AS head, scope FROM licence
    WHERE subject_id BETWEEN :first AND :last {those}
        AND coalesce(valid_from <= :on, true) AND coalesce(valid_to >= :on, true)
        AND coalesce(revoked_on > :on, true)"""


def traded(uow: UnitOfWork, on: date) -> Traded:
    """What records say of subjects' trades on a day: attribute, industry, size.

    Nothing where the catalogue does not have the item, or not yet.
    """
    found: dict[tuple[Tag, str], set[int]] = defaultdict(set)
    names = (*(tag.value for tag in _TRADE_TAGS), "valid_to")
    try:
        rows = list(item_rows(uow, TRADE_ITEM, on, names))
    except UnknownItem:
        return {}
    for subject_id, _record, _day, (*values, until) in rows:
        if until and date.fromisoformat(until) < on:
            continue
        for tag, value in zip(_TRADE_TAGS, values, strict=True):
            if value:
                found[tag, value].add(subject_id)
    return {key: np.array(sorted(whose), np.int64) for key, whose in found.items()}


def tag_columns(
    uow: UnitOfWork,
    on: date,
    known: Traded,
    *,
    after: int = 0,
    subjects: Iterable[int] | None = None,
) -> Columns:
    """The next subjects behind an id with their tags on a day; no ids at the end.

    At most PART of them, in two statements; only those among ``subjects`` where given.
    """
    said: dict[str, Any] = {"after": after, "most": PART, "on": on}
    those = ""
    if subjects is not None:
        said["ids"], those = sorted(subjects), "AND {} = ANY(CAST(:ids AS integer[]))"
    rows = uow.session.execute(text(_WHO.format(those=those.format("id"))), said).all()
    ids = np.array([row[0] for row in rows], np.int64)
    if not rows:
        return Columns(ids, {})
    groups: dict[tuple[Tag, str], list[npt.NDArray[np.int64]]] = defaultdict(list)
    _gather(groups, ids, rows)
    said |= {"first": rows[0][0], "last": rows[-1][0]}
    papers = uow.session.execute(text(_PAPERS.format(those=those.format("subject_id"))), said)
    _gather_papers(groups, papers)
    for key, whose in known.items():
        groups[key].append(whose)
    places = {key: _places(ids, np.concatenate(whose)) for key, whose in groups.items()}
    columns = Columns(ids, places)
    places[Tag.ATTRIBUTE, "food"] = np.flatnonzero(columns.mask(read(_FOOD)))
    return columns


def tagged_subject(uow: UnitOfWork, subject_id: int, on: date) -> Tagged:
    """One subject with the values of its tags, for who wants to know why it is in a library."""
    columns = tag_columns(uow, on, traded(uow, on), after=subject_id - 1, subjects=[subject_id])
    values: dict[Tag, set[str]] = defaultdict(set)
    for (tag, value), places in columns.places.items():
        if len(places):
            values[tag].add(value)
    return Tagged(
        subject_id=subject_id, values={tag: frozenset(said) for tag, said in values.items()}
    )


def _gather(
    groups: dict[tuple[Tag, str], list[npt.NDArray[np.int64]]],
    ids: npt.NDArray[np.int64],
    rows: Sequence[Any],
) -> None:
    """Group subjects by division, state and kinds: few different ones, however many subjects."""
    by_division: dict[str, list[int]] = defaultdict(list)
    by_status: dict[str, list[int]] = defaultdict(list)
    by_kinds: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for subject_id, division, status, kinds in rows:
        by_division[division].append(subject_id)
        by_status[status].append(subject_id)
        by_kinds[tuple(kinds)].append(subject_id)
    for division, whose in by_division.items():
        groups[Tag.DIVISION, division].append(np.array(whose, np.int64))
    for status, whose in by_status.items():
        groups[Tag.STATUS, status].append(np.array(whose, np.int64))
    for kinds, whose in by_kinds.items():
        for kind in kinds:
            groups[Tag.KIND, kind].append(np.array(whose, np.int64))


def _gather_papers(
    groups: dict[tuple[Tag, str], list[npt.NDArray[np.int64]]], papers: Iterable[Any]
) -> None:
    """Group holders by what their licences in force say: few different ones again."""
    by_paper: dict[tuple[str, str, tuple[str, ...]], list[int]] = defaultdict(list)
    for subject_id, kind, head, scope in papers:
        by_paper[kind, head if kind == "SC" else "", tuple(scope)].append(subject_id)
    for (kind, head, scope), holders in by_paper.items():
        whose = np.array(holders, np.int64)
        groups[Tag.LICENCE, kind].append(whose)
        for word in scope:
            groups[Tag.SCOPE, word].append(whose)
        for category in _categories(kind, head, scope):
            groups[Tag.CATEGORY, category].append(whose)


def _categories(kind: str, head: str, scope: tuple[str, ...]) -> set[str]:
    """Categories of food a licence is for: its number's, and codes among its scope words."""
    found = {word[:2] for word in scope if word.isdecimal() and len(word) in (2, 4)}
    found |= {word for word in scope if word.isdecimal() and len(word) == 4}
    if kind == "SC" and len(head) == 5 and head[2:].isdecimal():
        found.add(head[3:] if head[2] == "1" else _ADDITIVES)
    return found


def _places(ids: npt.NDArray[np.int64], whose: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Where among the ids these subjects stand; those that are not among them are left out."""
    at = np.searchsorted(ids, whose)
    at[at == len(ids)] = 0
    found: npt.NDArray[np.int64] = at[ids[at] == whose]
    return found
