"""By which lot an entry of several lots is referred to: the one its filer was told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from scanner.trace.terms import EntryNamed, Gap, Trace


def with_first_lots(answer: Trace, firsts: Mapping[int, int]) -> Trace:
    """Name each transformation of an answer by one reference, the same everywhere.

    ``firsts`` gives the lot of entries that have several; others are named by the lowest.
    """
    ids = {link.entries[0].id for link in answer.transformations}
    if not ids:
        return answer
    first = {number: lot for number, lot in firsts.items() if number in ids}

    def one(entries: tuple[EntryNamed, ...]) -> tuple[EntryNamed, ...]:
        found = {
            each.id: EntryNamed(lot=first.get(each.id, each.lot), id=each.id)
            for each in reversed(entries)
        }
        return tuple(sorted(found.values(), key=lambda each: each.id))

    return replace(
        answer,
        transformations=tuple(
            replace(link, entries=one(link.entries)) for link in answer.transformations
        ),
        gaps=tuple(gap._replace(entries=one(gap.entries)) for gap in answer.gaps),
    )


def with_first_lot(gap: Gap, firsts: Mapping[int, int]) -> Gap:
    """The same for the gap of one lot, whose entries are different ones."""
    if not any(entry.id in firsts for entry in gap.entries):
        return gap
    named = (EntryNamed(firsts.get(each.id, each.lot), each.id) for each in gap.entries)
    return gap._replace(entries=tuple(named))
