"""The facts a score comes from, packed beside it: 26 bytes a row, words in a text of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.credit.scoring.rules.exact import Ints
from app.credit.scoring.terms import FactRow, Reckoned, Scheme

ROW = np.dtype(
    [("fact", "<i2"), ("value", "<i8"), ("on", "<i4"), ("until", "<i4"), ("evidence", "<i8")]
)
"""``fact`` is the place of a fact, -1 - place where it is a word; then ``value`` is the word's."""
APART = "\x1f"


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """All rows of a run in order of the objects, where each object's end, and their words."""

    rows: bytes
    ends: Ints
    words: list[str]


def packed(reckoned: Reckoned) -> Packed:
    """The used rows of all objects, packed."""
    used, size = reckoned.used, len(reckoned.objects.ids)
    rows = np.empty(len(used.who), dtype=ROW)
    for name in ("fact", "value", "on", "until", "evidence"):
        rows[name] = getattr(used, name)
    texts, starts = _texts(reckoned, rows)
    words = [""] * size
    if texts:
        bounds = starts.tolist()
        for at in np.flatnonzero(np.diff(starts)).tolist():
            words[at] = APART.join(texts[bounds[at] : bounds[at + 1]])
    ends = np.cumsum(np.bincount(used.who, minlength=size)) * ROW.itemsize
    return Packed(rows.tobytes(), ends, words)


def _texts(reckoned: Reckoned, rows: NDArray[np.void]) -> tuple[list[str], Ints]:
    """The words in order of the objects, and where each object's begin; rows are told so."""
    used, size = reckoned.used, len(reckoned.objects.ids)
    worded = np.array([words is not None for words in used.words], dtype=bool)
    if not worded.any():
        return [], np.zeros(size + 1, dtype=np.int64)
    places = np.flatnonzero(worded[used.fact])
    starts = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(used.who[places], minlength=size), out=starts[1:])
    spoken = np.empty(len(places), dtype=object)
    for at, words in enumerate(used.words):
        if words:
            mine = used.fact[places] == at
            spoken[mine] = np.array(words, dtype=object)[used.value[places[mine]]]
    rows["value"][places] = np.arange(len(places)) - starts[used.who[places]]
    rows["fact"][places] = -1 - used.fact[places]
    return spoken.tolist(), starts


def unpacked(scheme: Scheme, kind: str, rows: bytes, words: str) -> Mapping[str, Sequence[FactRow]]:
    """The facts of one object by name, as ``explain`` takes them."""
    names = [fact.name for fact in scheme.facts_of(kind)]
    texts = words.split(APART)
    found: dict[str, list[FactRow]] = defaultdict(list)
    for fact, value, on, until, evidence in np.frombuffer(rows, dtype=ROW).tolist():
        worded = fact < 0
        found[names[-1 - fact if worded else fact]].append(
            FactRow(
                value=0 if worded else value,
                text=texts[value] if worded else "",
                on=on,
                until=until,
                evidence=evidence,
            )
        )
    return found
