"""L08 and L09: lines that are in the book already, and lots that are stopped."""

from __future__ import annotations

from typing import NamedTuple

from ledger.entries import errors
from ledger.entries.rules.findings import Effect, Finding
from ledger.entries.terms import EntryKind, Flag

STOPPED = frozenset({EntryKind.RECEIPT, EntryKind.DISPATCH, EntryKind.TRANSFORMATION})


Likeness = tuple[int, int, int, int, int, int]
"""What two near duplicates have in common (L08), all but their time: operator, kind, lot, other,
quantity, unit."""


class Twin(NamedTuple):
    """When and on which document a line like this one is in the book."""

    ts: int
    doc: int
    document_line: str


def held(
    kind: EntryKind, reason: str, *, is_return: bool, was_before: bool = False
) -> Finding | None:
    """L09: a stopped lot may only go back to its source or be disposed of (Art. 63).

    What certainly ``was_before`` the stop is filed with a remark: it is history, and whoever has
    the goods must be found.
    """
    if kind not in STOPPED or is_return:
        return None
    if was_before:
        return Finding(
            rule="L09",
            effect=Effect.WARN,
            refusal=errors.LotHeldSince,
            field="lot",
            params={"reason": reason},
        )
    return Finding(
        rule="L09",
        effect=Effect.BLOCK,
        refusal=errors.LotHeld,
        field="lot",
        params={"reason": reason},
    )


def duplicate(document: str, document_line: str) -> Finding:
    """L08: this line of this document has been filed."""
    return Finding(
        rule="L08",
        effect=Effect.REJECT,
        refusal=errors.DuplicateLine,
        field="document_line",
        params={"document": document, "line": document_line},
    )


def same_again(one: Twin, two: Twin, hours: int) -> bool:
    """Whether two alike lines may be one delivery filed twice.

    Different documents, or different lines of one document, are different deliveries.
    """
    if abs(one.ts - two.ts) >= hours * 3_600:
        return False
    if one.doc and two.doc and one.doc != two.doc:
        return False
    return not (one.document_line and two.document_line and one.document_line != two.document_line)


def near_duplicate(field: str = "lot") -> Finding:
    """L08: same goods, partner, day and quantity; filed, and queued for a look."""
    return Finding(
        rule="L08",
        effect=Effect.WARN,
        refusal=errors.NearDuplicate,
        field=field,
        flag=Flag.NEAR_DUPLICATE,
    )
