"""Lines by columns as rows of the book, with notes, leaves, receipt and answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from itertools import repeat
from secrets import token_bytes
from typing import Any

import numpy as np
import numpy.typing as npt

from ledger.entries.rules import canonical
from ledger.entries.rules.findings import Finding
from ledger.entries.services.columns.coding import Coded, Codes, by_value, together
from ledger.entries.services.columns.table import Table
from ledger.entries.services.leaves import Leaves
from ledger.entries.services.looking import ROW_KINDS
from ledger.entries.services.rows import kept_until
from ledger.entries.terms import Warned
from ledger.entries.writer import NoteColumns
from ledger.kernel.ids import entry_references

_BEFORE = ("note", "origin", "override_reason")  # of ``said``, in the order of its canonical form
_ROW = np.dtype(
    [
        ("id", "<i8"),
        ("qty", "<i8"),
        ("lot", "<i4"),
        ("ts", "<i4"),
        ("op", "<i4"),
        ("other", "<i4"),
        ("doc", "<i4"),
        ("kind", "<i2"),
        ("unit", "<i2"),
        ("precision", "<i2"),
        ("flags", "<i2"),
    ]
)


@dataclass
class Ready:
    """What is to be stored of lines that stand; ``first`` is the number of the first of them."""

    table: Table
    flags: Codes
    found: Coded[tuple[Finding, ...]]
    first: int

    @cached_property
    def rows(self) -> npt.NDArray[Any]:
        """The rows of the book, in the order of the lines."""
        table, at = self.table, self.table.moments
        rows = np.empty(table.rows, _ROW)
        rows["id"] = np.arange(self.first, self.first + table.rows)
        rows["op"] = table.operator
        rows["ts"] = np.array([moment.seconds for moment in at.values])[at.codes]
        rows["precision"] = np.array([moment.precision for moment in at.values])[at.codes]
        rows["kind"] = np.array([ROW_KINDS[it] for it in table.kinds.values])[table.kinds.codes]
        rows["doc"], rows["flags"] = table.docs, self.flags
        for name in ("qty", "lot", "other", "unit"):
            column = getattr(table, name)
            rows[name] = column
            if (rows[name] != column).any():  # a cast wraps silently, the book must not
                raise OverflowError(f"{name} does not fit its column")
        return rows

    @cached_property
    def notes(self) -> NoteColumns:
        """The notes of the rows."""
        table, empty = self.table, [""] * self.table.rows
        return NoteColumns(
            lots=table.lot.tolist(),
            ids=self.rows["id"].tolist(),
            documents=table.texts.get("document", empty),
            certificates=table.texts.get("certificate", empty),
            keep_until=self._kept(),
            said=self._said(),
        )

    @cached_property
    def references(self) -> list[str]:
        """The public references of the lines."""
        return entry_references(self.table.lot, self.rows["id"])

    def hashed(self) -> tuple[Leaves, bytes]:
        """The leaves of the entries, and the receipt of the filing."""
        notes, nonce = self.notes, token_bytes(canonical.NONCE_BYTES)
        texts = zip(
            notes.documents, repeat(""), notes.certificates, notes.keep_until, notes.said
        )  # as ``note_digest`` joins them
        digests = b"".join([sha256(it.encode()).digest() for it in map("\x1f".join, texts)])
        inputs = canonical.leaf_inputs(
            self.rows, np.void(nonce), np.frombuffer(digests, canonical.HASH)
        )
        hashes = canonical.hashes_of(inputs).tobytes()  # each entry has one row
        leaves = Leaves(self.first, self.table.rows, nonce, hashes)
        return leaves, canonical.receipt(canonical.records_in(inputs))

    def _kept(self) -> list[str]:
        """Until when each note is kept; a document as long as the longest of its lines."""
        table = self.table
        lasting = by_value([(it.agricultural, it.expiry) for it in table.forms]).codes
        ways = together(table.moments.codes, lasting[table.form])
        days = np.array([self._day(row).toordinal() for row in ways.values])[ways.codes]
        documents = table.texts.get("document")
        if documents is not None:
            shared = by_value(documents)
            latest = np.zeros(len(shared.values), np.int64)
            np.maximum.at(latest, shared.codes, days)
            named = np.array([bool(it) for it in shared.values])[shared.codes]
            days = np.where(named, latest[shared.codes], days)
        different, codes = np.unique(days, return_inverse=True)
        texts = np.array([date.fromordinal(int(day)).isoformat() for day in different], object)
        found: list[str] = texts[codes].tolist()
        return found

    def _day(self, row: int) -> date:
        table = self.table
        form, when = table.forms[table.form[row]], table.whens[table.moments.codes[row]]
        return kept_until(table.batch, when, form.expiry, agricultural=form.agricultural)

    def _said(self) -> list[str]:
        """What each line says in the filer's own words, as canonical JSON."""
        table = self.table
        goods = [canonical.said_text(form.said)[1:-1] for form in table.forms]
        parts = [np.array(["{" + it for it in goods], object)[table.form]]
        parts += [_member(name, table.texts[name]) for name in _BEFORE if name in table.texts]
        wanted = table.amounts
        parts.append(_words("quantity", [it[0].strip() for it in wanted.values])[wanted.codes])
        if "reason" in table.texts:
            parts.append(_member("reason", table.texts["reason"]))
        rules = [sorted({it.rule for it in found}) for found in self.found.values]
        told = [f',"rules":{json.dumps(it, separators=(",", ":"))}' if it else "" for it in rules]
        parts.append(np.array(told, object)[self.found.codes])
        if "storage" in table.texts:
            parts.append(_member("storage", table.texts["storage"]))
        units = _words("unit", [it[1].strip() for it in wanted.values])
        parts.append((units + "}")[wanted.codes])
        return list(map("".join, zip(*(part.tolist() for part in parts), strict=True)))

    def warned(self) -> str:
        """The warnings as a JSON list: what is said alike of many lines once, and of which."""
        places = np.array(self.table.columns.places)
        order = np.argsort(self.found.codes, kind="stable")
        ends = np.cumsum(np.bincount(self.found.codes, minlength=len(self.found.values)))[:-1]
        shares = np.split(places[order], ends)
        said = [
            {
                "lines": lines.tolist(),
                "said": [
                    {"rule": it.rule, "code": it.refusal.code, "params": dict(it.params)}
                    for it in found
                ],
            }
            for found, lines in zip(self.found.values, shares, strict=True)
            if found
        ]
        return json.dumps(said, ensure_ascii=False, default=str)

    def counts(self) -> dict[str, int]:
        """How many warnings there are of each code."""
        often = np.bincount(self.found.codes, minlength=len(self.found.values)).tolist()
        counts: dict[str, int] = {}
        for found, times in zip(self.found.values, often, strict=True):
            for finding in found:
                code = finding.refusal.code
                counts[code] = counts.get(code, 0) + times
        return counts

    def firsts(self, kept: int) -> tuple[Warned, ...]:
        """The first so many warnings of each code, in the order of the lines."""
        rows: set[tuple[int, int]] = set()
        for code in self.counts():
            has = [[it.refusal.code for it in found].count(code) > 0 for found in self.found.values]
            for row in np.flatnonzero(np.array(has)[self.found.codes])[:kept].tolist():
                found = self.found.values[self.found.codes[row]]
                rows |= {(row, at) for at, it in enumerate(found) if it.refusal.code == code}
        return tuple(self._warned(row, at) for row, at in sorted(rows))

    def _warned(self, row: int, at: int) -> Warned:
        finding = self.found.values[self.found.codes[row]][at]
        return Warned(
            index=self.table.columns.places[row],
            rule=finding.rule,
            code=finding.refusal.code,
            params=dict(finding.params),
        )

    def marked(self, wanted: npt.NDArray[np.bool_]) -> list[str]:
        """The references of some lines."""
        return [self.references[row] for row in np.flatnonzero(wanted).tolist()]


def _words(name: str, values: Iterable[str]) -> npt.NDArray[Any]:
    """A member of a JSON object for each of some texts; nothing for an empty one."""
    members = [f",{canonical.said_text({name: it})[1:-1]}" if it else "" for it in values]
    return np.array(members, object)


def _member(name: str, column: Sequence[str]) -> npt.NDArray[Any]:
    coded = by_value(column)
    return _words(name, coded.values)[coded.codes]
