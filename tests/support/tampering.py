"""Changing the book behind its back, and reading what the recheck says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text

from ledger.entries.rules import canonical
from ledger.kernel.ids import parse_entry_reference
from ledger.proof.rules.checkpoint import signed_checkpoint
from ledger.proof.rules.merkle import grow, root_of_leaves
from ledger.proof.terms import Fault, Rechecked
from support.books import Book

BULK = 700
GUARDED = (
    "entry",
    "entry_0000",
    "entry_note",
    "filing",
    "leaf_batch",
    "log_span",
    "log_tile",
    "log_checkpoint",
)


@dataclass
class Town:
    """A sealed book in several checkpoints, some of it still waiting, and its owner's way in."""

    owner: Engine
    book: Book
    bulk: int  # first entry of a filing of BULK entries, sealed
    sizes: list[int]
    waiting: int  # first entry of the filing that waits


def do(owner: Connection, statement: str, **values: Any) -> int:
    done = owner.execute(text(statement), values)
    return done.rowcount


def only(found: Rechecked, fault: Fault, count: int = 1) -> Any:
    assert found.counts == {fault: count}
    assert found.first.fault is fault
    return found.first


def about_entry(found: Rechecked, fault: Fault, entry: int) -> None:
    first = only(found, fault)
    assert first.entry == entry
    assert parse_entry_reference(first.reference)[1] == entry


def place_of(owner: Connection, entry: int) -> int:
    return owner.scalar(
        text(
            "SELECT first_leaf + :entry - first_entry FROM log_span "
            "WHERE first_entry <= :entry ORDER BY first_entry DESC LIMIT 1"
        ),
        {"entry": entry},
    )


def rewrite(owner: Connection, entry: int, levels: int) -> bytes:
    """Edit a one-row line and put the new hashes into the tiles of so many levels."""
    do(owner, "UPDATE entry SET qty = qty + 1 WHERE id = :entry", entry=entry)
    row = owner.execute(
        text(
            "SELECT id, qty, lot, ts, op, other, doc, kind, unit, precision, flags FROM entry "
            "WHERE id = :entry"
        ),
        {"entry": entry},
    ).one()
    nonce = owner.scalar(
        text(
            "SELECT nonce FROM leaf_batch WHERE first_entry <= :entry "
            "ORDER BY first_entry DESC LIMIT 1"
        ),
        {"entry": entry},
    )
    hashed = canonical.leaf_hash(bytes(nonce), [canonical.record(tuple(row))])
    tiles = owner.execute(text("SELECT data FROM log_tile WHERE level = 0 ORDER BY index")).all()
    leaves = bytearray(b"".join(bytes(one.data) for one in tiles))
    place = place_of(owner, entry)
    leaves[place * 32 : place * 32 + 32] = hashed
    for tile in grow(0, (), bytes(leaves)).tiles:
        if tile.level < levels:
            do(
                owner,
                "UPDATE log_tile SET data = :data WHERE level = :level AND index = :index",
                data=tile.data,
                level=tile.level,
                index=tile.index,
            )
    return root_of_leaves(bytes(leaves))


def forge(owner: Connection, size: int, root: bytes, key: Any) -> None:
    do(
        owner,
        "UPDATE log_checkpoint SET root = :root, note = :note WHERE size = :size",
        root=root,
        note=signed_checkpoint(size, root, key),
        size=size,
    )
