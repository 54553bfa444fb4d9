"""Facts as columns: what is known of many objects, one column for each fact of a scheme."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Days = NDArray[np.int32]
_EPOCH = date(1970, 1, 1)


def days_of(day: date) -> int:
    """A day as the number of days since 1970-01-01."""
    return (day - _EPOCH).days


def day_of(days: int) -> date:
    """The day that many days after 1970-01-01."""
    return _EPOCH + timedelta(days=int(days))


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """One thing known of one object.

    ``value`` is in thousandths; ``text`` is set where the fact is a word. ``on`` is the day it
    happened and ``until`` the first day it no longer counts (0: never), both in days since 1970.
    ``evidence`` is the number of the record, licence or entry it comes from (0: none).
    """

    value: int = 0
    text: str = ""
    on: int = 0
    until: int = 0
    evidence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Objects:
    """What is rated: ``ids`` ascending, each with its subject and, where it has one, its parent.

    For the kind "subject" an object's id is its subject's. ``parents`` are ids of the parent's
    kind, 0 for none. ``numbers`` and ``names`` stand in the order of ``ids`` or are empty.
    """

    kind: str
    ids: Ints
    subjects: Ints
    parents: Ints
    numbers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @classmethod
    def of_subjects(cls, ids: Iterable[int], kind: str = "subject") -> Objects:
        """Subjects as objects, in the order of their ids, each once."""
        found = np.unique(np.fromiter(ids, dtype=np.int64))
        return cls(kind=kind, ids=found, subjects=found, parents=np.zeros_like(found))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FactColumn:
    """One fact of many objects, a row for each time it is known, in order of the objects' ids.

    ``values`` are thousandths, or places in ``words`` where the fact is a word (``words`` not
    None). ``on`` and ``until`` are days since 1970, ``until`` the first day the row no longer
    counts (0: never). ``evidence`` are numbers of records or whatever the source counts by.
    """

    name: str
    objects: Ints
    values: Ints
    on: Days
    until: Days
    evidence: Ints
    words: tuple[str, ...] | None = None

    @classmethod
    def of(
        cls, name: str, rows: Iterable[tuple[int, FactRow]], *, text: bool = False
    ) -> FactColumn:
        """A column of single rows, ``(object id, row)`` each; for little data and tests."""
        listed = sorted(rows, key=lambda row: row[0])
        words = tuple(sorted({row.text for _, row in listed})) if text else None
        place = {word: at for at, word in enumerate(words or ())}
        values = [place[row.text] if text else row.value for _, row in listed]
        return cls(
            name=name,
            objects=_ints([at for at, _ in listed]),
            values=_ints(values),
            on=_ints([row.on for _, row in listed]).astype(np.int32),
            until=_ints([row.until for _, row in listed]).astype(np.int32),
            evidence=_ints([row.evidence for _, row in listed]),
            words=words,
        )

    @classmethod
    def nothing(cls, name: str, *, text: bool = False) -> FactColumn:
        """A column of a fact that is known of nobody."""
        return cls.of(name, (), text=text)


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectKnown:
    """A rated object that is no subject: its kind, number and name, and whose it is."""

    kind: str
    object_id: int
    subject_id: int
    number: str
    name: str
    parent_id: int
