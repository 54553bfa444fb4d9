"""What the ledger itself checks of an operator, as items of the same groups inspectors check.

No rule says how a ledger counts; these items are our own [D]: a key item weighs 3, a general one 1.
They count beside an inspection's items and change nothing where nobody has inspected yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from app.credit.grading.terms import BookItem, Trade

KEY, GENERAL = 3, 1
_MADE = {
    BookItem.LICENCE: "qualification",
    BookItem.ANSWERS: "records",
    BookItem.PUNCTUAL: "records",
    BookItem.STOPS: "nonconforming",
}
_GROUPS: Mapping[Trade, Mapping[BookItem, str]] = {
    Trade.PRODUCTION: _MADE,
    Trade.SPECIAL: _MADE,
    Trade.HEALTH: _MADE,
    Trade.SALES: {
        BookItem.LICENCE: "qualification",
        BookItem.ANSWERS: "purchase",
        BookItem.PUNCTUAL: "purchase",
        BookItem.STOPS: "recall",
    },
    Trade.CATERING: {
        BookItem.LICENCE: "qualification",
        BookItem.ANSWERS: "materials",
        BookItem.PUNCTUAL: "materials",
        BookItem.STOPS: "materials",
    },
}
_WEIGHTS = {
    BookItem.LICENCE: KEY,
    BookItem.ANSWERS: KEY,
    BookItem.PUNCTUAL: GENERAL,
    BookItem.STOPS: KEY,
}


class Book(NamedTuple):
    """What the ledger knows of an operator; ``licence`` None: no licence is on file at all."""

    licence: bool | None = None
    received: int = 0
    unanswered: int = 0
    written: int = 0
    late: int = 0
    held: int = 0

    def figures(self) -> tuple[int, ...]:
        """The figures as they are kept; the licence 1 in force, 0 not, -1 none on file."""
        licence = -1 if self.licence is None else int(self.licence)
        return (licence, *self[1:])


class Limits(NamedTuple):
    """From how many per cent on an item has failed."""

    unanswered: int
    late: int


def failed_items(book: Book, limits: Limits) -> dict[BookItem, bool]:
    """The items that apply to an operator, and whether each has failed."""
    found = {}
    if book.licence is not None:
        found[BookItem.LICENCE] = not book.licence
    if book.received:
        found[BookItem.ANSWERS] = book.unanswered * 100 >= book.received * limits.unanswered
    if book.written:
        found[BookItem.PUNCTUAL] = book.late * 100 >= book.written * limits.late
    if book.received or book.written or book.held:
        found[BookItem.STOPS] = book.held > 0
    return found


def shares(items: Mapping[BookItem, bool], trade: Trade) -> str:
    """The items as shares of a trade's groups: "qualification=0/3,records=3/4"; "" for none."""
    weights: dict[str, list[int]] = {}
    for item, failed in items.items():
        found = weights.setdefault(_GROUPS[trade][item], [0, 0])
        found[0] += _WEIGHTS[item] * failed
        found[1] += _WEIGHTS[item]
    return ",".join(f"{group}={failed}/{of}" for group, (failed, of) in sorted(weights.items()))
