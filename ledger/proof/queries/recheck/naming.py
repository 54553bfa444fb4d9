"""What a difference is: a value edited, a row gone or too many, two lines exchanged, a nonce.

A leaf says only that something differs. What it was is found by trying: the leaf of the entry with
one row less, with a value of another differing entry, at the place of another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
from sqlalchemy import Connection, text

from ledger.entries.model import ENTRY_COLUMNS
from ledger.entries.rules import canonical
from ledger.kernel.errors import Refusal
from ledger.kernel.ids import entry_reference, parse_entry_reference
from ledger.proof.queries.recheck.comparing import Compared
from ledger.proof.queries.recheck.rows import NO_ROWS, Ground, Parts, leaf_of, rows_of
from ledger.proof.terms import Fault, Finding

NAMED_MAX = 1_000  # findings that are named; all are counted
_TRIED_MAX = 200  # entries among which exchanged values are looked for: pairs times columns
_ROWS_MAX = 50  # rows of an entry of which one is left out by turns
_ANSWER = text("""
    SELECT answer -> 'entries' AS entries FROM filing
    WHERE operator_id = :operator AND first_entry = :first
""")


class Namer:
    """Names the places that differ, with what is in the tables about them."""

    def __init__(self, connection: Connection, ground: Ground, compared: Compared) -> None:
        self._connection, self._ground, self._compared = connection, ground, compared
        self._places = places = ground.places
        self._differ = sorted(compared.differ)[:NAMED_MAX]
        self._at = [place for place, _, _ in self._differ]
        numbers = places.entries_at(np.array(self._at, np.int64))
        self._entry: dict[int, int] = dict(zip(self._at, numbers.tolist(), strict=True))
        self._rows = rows_of(connection, ground, numbers.tolist()) if len(numbers) else {}
        self._sealed = {place: sealed for place, _, sealed in self._differ}

    def findings(self) -> list[Finding]:
        """One finding per place, in the order of the log; a filing that fits nowhere is one."""
        whole = self._whole_batches()
        moved = self._moved()
        swapped = self._swapped()
        found: list[Finding] = []
        for place in self._at:
            batch = self._batch_at(place)
            if batch in whole:
                if place == int(self._places.place[batch]):
                    count = int(self._places.count[batch])
                    found.append(self._finding(Fault.NONCE, place, count=count))
            elif place in swapped:
                found.append(self._finding(Fault.SWAPPED, place, about=swapped[place]))
            elif place in moved:
                found.append(self._finding(Fault.MOVED, place, about=f"place {moved[place]}"))
            elif place in self._compared.empty:
                found.append(self._finding(Fault.REMOVED, place))
            else:
                found.append(self._finding(self._one(place), place))
        return found

    def _finding(self, fault: Fault, place: int, *, count: int = 1, about: str = "") -> Finding:
        entry = self._entry[place]
        reference = self.reference_of(entry, place)
        return Finding(fault, place, entry, reference, count, about)

    def reference_of(self, entry: int, place: int) -> str:
        """The public reference of an entry by its rows, or by what its filing was answered."""
        if self._rows.get(entry):
            return entry_reference(min(row[2] for row, _ in self._rows[entry]), entry)
        batch = self._batch_at(place)
        asked = {
            "operator": int(self._places.operator[batch]),
            "first": int(self._places.first[batch]),
        }
        answered: Any = self._connection.scalar(_ANSWER, asked)
        return next((one for one in answered or () if _number(one) == entry), "")

    def _batch_at(self, place: int) -> int:
        return int(self._places.batches_at(np.array([place]))[0][0])

    def _nonce_at(self, place: int) -> bytes:
        nonce: bytes = self._places.nonce[self._batch_at(place)].item()
        return nonce

    def _whole_batches(self) -> set[int]:
        """The filings of several entries of which all differ and none lost its rows.

        A filing whose lines were all exchanged for others' looks the same; those are told by
        their own names.
        """
        differing = Counter(self._batch_at(place) for place in self._at)
        moved = {self._batch_at(place) for place in self._moved()}
        return {
            batch
            for batch, count in differing.items()
            if count == int(self._places.count[batch]) > 1 and batch not in moved
        }

    def _moved(self) -> dict[int, int]:
        """Places whose rows give the leaf sealed at another place that differs."""
        where = {sealed: place for place, _, sealed in self._compared.differ}
        return {
            place: where[own] for place, own, _ in self._differ if where.get(own, place) != place
        }

    def _swapped(self) -> dict[int, str]:
        """Places of one-row entries that have exchanged a value: {place: column and other}."""
        found: dict[int, str] = {}
        tried = [
            (place, self._rows[entry][0])
            for place in self._at[:_TRIED_MAX]
            if len(self._rows.get(entry := self._entry[place], ())) == 1
        ]
        for place, (row, digest) in tried:
            nonce, sealed = self._nonce_at(place), self._sealed[place]
            for other, (theirs, _) in tried:
                if other == place:
                    continue
                column = _exchanged(row, theirs, digest, nonce, sealed)
                if column:
                    reference = entry_reference(theirs[2], theirs[0])
                    found[place] = f"{column} with {reference}"
                    break
        return found

    def _one(self, place: int) -> Fault:
        """ADDED when the entry fits with one row less, or should have none; else CHANGED."""
        if self._ground.gone[place] & NO_ROWS:
            return Fault.ADDED
        parts: Parts = self._rows.get(self._entry[place], [])
        nonce, sealed = self._nonce_at(place), self._sealed[place]
        if len(parts) > 1 and len(parts) <= _ROWS_MAX:
            for at in range(len(parts)):
                if leaf_of(nonce, parts[:at] + parts[at + 1 :]) == sealed:
                    return Fault.ADDED
        if len(parts) == 1 and leaf_of(nonce, []) == sealed:
            return Fault.ADDED
        return Fault.CHANGED


def _exchanged(
    row: canonical.Row, theirs: canonical.Row, digest: bytes, nonce: bytes, sealed: bytes
) -> str:
    """The column whose value of the other row makes the sealed leaf, empty when none does."""
    for at, name in enumerate(ENTRY_COLUMNS[1:], 1):
        if row[at] != theirs[at]:
            tried = cast("canonical.Row", (*row[:at], theirs[at], *row[at + 1 :]))
            if leaf_of(nonce, [(tried, digest)]) == sealed:
                return name
    # all but the number: the number of the one stands on the row of the other
    if leaf_of(nonce, [((row[0], *theirs[1:]), digest)]) == sealed:
        return "row"
    return ""


def _number(reference: str) -> int:
    try:
        return parse_entry_reference(reference)[1]
    except Refusal:
        return 0


def with_references(
    findings: Sequence[Finding], connection: Connection, ground: Ground
) -> list[Finding]:
    """The findings that know an entry and no reference of it, with one where it has a row."""
    wanted = {one.entry for one in findings if one.entry and not one.reference}
    rows = rows_of(connection, ground, sorted(wanted)) if wanted else {}
    return [
        replace(
            one, reference=entry_reference(min(row[2] for row, _ in rows[one.entry]), one.entry)
        )
        if not one.reference and rows.get(one.entry)
        else one
        for one in findings
    ]
