"""Which entry stands where: nonces and spans as arrays on disk that all processes share.

The places of a log of n leaves are 0 … n-1; the leaves that still wait are given the places behind
it, so that a waiting line is checked like a sealed one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from ledger.proof.queries.recheck.reading import Array, copy_out, layout
from ledger.proof.terms import Fault, Finding

NOWHERE = -1
ONE_BY_ONE_MAX = 1_000  # filings that are told of singly
BUCKET_BITS = 20  # places that are compared at once
ENTRY_MAX = 1 << 50  # larger numbers are nobody's: keys below are made of number and lot
BATCH = np.dtype([("first", "<i8"), ("count", "<i8"), ("nonce", "V16"), ("operator", "<i4")])
_COPIED = layout([("first", ">i8"), ("count", ">i4"), ("nonce", "V16"), ("operator", ">i4")])
_BATCHES = """
    SELECT first_entry, count, CASE WHEN octet_length(nonce) = 16 THEN nonce
        ELSE decode(repeat('00', 16), 'hex') END, operator_id
    FROM leaf_batch ORDER BY first_entry
"""
_SPANS = text("SELECT first_leaf, count, first_entry FROM log_span ORDER BY first_leaf")
_QUEUE = text("""
    SELECT first_entry, octet_length(leaves) / 32 AS count FROM leaf_queue ORDER BY first_entry
""")
_KEPT = ("first", "count", "nonce", "operator", "place", "by_place", "ordered")


class Places:
    """The batches in the order of their entries, and where each begins in the log."""

    def __init__(self, folder: Path) -> None:
        kept = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _KEPT}
        self.first, self.count, self.nonce = kept["first"], kept["count"], kept["nonce"]
        self.place, self.operator = kept["place"], kept["operator"]
        self._by_place, self._ordered = kept["by_place"], kept["ordered"]

    @classmethod
    def kept_in(cls, folder: Path, batches: Array, place: Array) -> Places:
        """Write batches (fields as BATCH) and where each begins to ``folder``, and open them."""
        by_place = np.argsort(place, kind="stable")
        values = {name: batches[name] for name in ("first", "count", "nonce", "operator")}
        values |= {"place": place, "by_place": by_place, "ordered": place[by_place]}
        for name in _KEPT:
            np.save(folder / f"{name}.npy", values[name])
        return cls(folder)

    def batches_of(self, entries: Array) -> tuple[Array, Array]:
        """(batch, whether there is one) of entries by their numbers."""
        if not len(self.first):
            return np.zeros(len(entries), np.int64), np.zeros(len(entries), bool)
        at = np.maximum(np.searchsorted(self.first, entries, "right") - 1, 0)
        first = self.first[at]
        return at, (entries >= first) & (entries < first + self.count[at])

    def batches_at(self, places: Array) -> tuple[Array, Array]:
        """(batch, whether there is one) of places in the log."""
        if not len(self.first):
            return np.zeros(len(places), np.int64), np.zeros(len(places), bool)
        at = np.maximum(np.searchsorted(self._ordered, places, "right") - 1, 0)
        batch = self._by_place[at]
        first = self.place[batch]
        found = (first >= 0) & (places >= first) & (places < first + self.count[batch])
        return batch, found

    def entries_at(self, places: Array) -> Array:
        """The numbers of the entries at places; 0 where no batch stands."""
        batch, found = self.batches_at(places)
        if not found.any():
            return np.zeros(len(places), np.int64)
        numbers: Array = np.where(found, self.first[batch] + places - self.place[batch], 0)
        return numbers


def laid_out(
    connection: Connection, folder: Path, size: int, findings: list[Finding]
) -> tuple[Places, int]:
    """Write the arrays to ``folder``; the places, and how many there are with those that wait."""
    batches = _batches(connection)
    spans = np.array(connection.execute(_SPANS).all(), np.int64).reshape(-1, 3)
    queue = np.array(connection.execute(_QUEUE).all(), np.int64).reshape(-1, 2)
    findings += _span_faults(spans, size)
    spans = spans[np.argsort(spans[:, 2], kind="stable")]
    starts = size + np.cumsum(queue[:, 1]) - queue[:, 1]
    waiting = np.column_stack([starts, queue[:, 1], queue[:, 0]])
    place = _placed(batches, waiting)
    sealed = _placed(batches, spans)
    place = np.where(sealed >= 0, sealed, place)
    total = size + int(queue[:, 1].sum())
    place[(place < 0) | (place + batches["count"] > total)] = NOWHERE
    findings += _batch_faults(batches, place, np.vstack([spans, waiting]))
    return Places.kept_in(folder, batches, place), total


def _batches(connection: Connection) -> Array:
    rows = copy_out(connection, _BATCHES, _COPIED)
    batches = np.empty(len(rows), BATCH)
    for name in BATCH.names or ():
        batches[name] = rows[name]
    return batches


def _placed(batches: Array, spans: Array) -> Array:
    """Where batches begin by spans (place, count, first entry) in the order of entries."""
    if not len(spans) or not len(batches):
        return np.full(len(batches), NOWHERE, np.int64)
    at = np.maximum(np.searchsorted(spans[:, 2], batches["first"], "right") - 1, 0)
    ahead = batches["first"] - spans[at, 2]
    inside = (ahead >= 0) & (ahead + batches["count"] <= spans[at, 1])
    return np.where(inside, spans[at, 0] + ahead, NOWHERE)


def _span_faults(spans: Array, size: int) -> list[Finding]:
    """Where the spans, in the order of places, leave a gap, overlap or go beyond the log."""
    found = []
    expected = 0
    for first_leaf, count, first_entry in spans.tolist():
        if first_leaf != expected or count < 1:
            found.append(Finding(Fault.SPAN, place=min(first_leaf, expected), entry=first_entry))
        expected = first_leaf + max(count, 0)
    if expected != size:
        found.append(Finding(Fault.SPAN, place=min(expected, size)))
    return found


def _batch_faults(batches: Array, place: Array, spans: Array) -> list[Finding]:
    """Batches that overlap or stand nowhere, and entries with a place but without a nonce."""
    first, count = batches["first"], batches["count"]
    overlapping = np.flatnonzero(first[:-1] + count[:-1] > first[1:]) + 1
    nowhere = np.flatnonzero(place == NOWHERE)
    return [
        *_one_by_one(Fault.BATCH, batches[overlapping]),
        *_one_by_one(Fault.UNSEALED, batches[nowhere]),
        *_uncovered(first, count, spans),
    ]


def _one_by_one(fault: Fault, batches: Array) -> list[Finding]:
    """A finding per batch for the first of them, and one for all the rest."""
    rest = batches[ONE_BY_ONE_MAX:]
    found = [
        Finding(fault, entry=int(one["first"]), count=int(one["count"]))
        for one in batches[:ONE_BY_ONE_MAX]
    ]
    if len(rest):
        found.append(Finding(fault, entry=int(rest["first"][0]), count=int(rest["count"].sum())))
    return found


def _uncovered(first: Array, count: Array, spans: Array) -> list[Finding]:
    """Runs of entries within spans that no batch covers."""
    found = []
    for place, length, start in spans.tolist():
        low, high = np.searchsorted(first, [start, start + length])
        covered = start
        for at in _holes(first, count, int(low), int(high), start):
            covered = int(first[at])
            before = start if at == low else int(first[at - 1] + count[at - 1])
            found.append(
                Finding(
                    Fault.BATCH, place=place + before - start, entry=before, count=covered - before
                )
            )
        end = int(first[high - 1] + count[high - 1]) if high > low else start
        if end < start + length:
            missing = start + length - end
            found.append(Finding(Fault.BATCH, place=place + end - start, entry=end, count=missing))
    return found


def _holes(first: Array, count: Array, low: int, high: int, start: int) -> list[int]:
    """Places of batches low..high before which entries are missing."""
    if high <= low:
        return []
    ends = np.concatenate([[start], first[low : high - 1] + count[low : high - 1]])
    holes: list[Any] = (np.flatnonzero(first[low:high] > ends) + low).tolist()
    return holes
