"""Receipts: C2SP tlog-proof, with the entry's own bytes as its extra data.

::

    c2sp.org/tlog-proof@v1
    extra <base64 of the leaf's bytes: format, nonce, records>
    index <place in the log>
    <base64 of each hash of the path>

    <the signed checkpoint>

A file may hold several, one behind the other: a filing has many entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ledger.entries.rules.canonical import RECORD
from ledger.proof import errors
from ledger.proof.rules import checkpoint, merkle, note, paths
from ledger.proof.rules.keys import decoded, encoded
from ledger.proof.terms import (
    HASH_BYTES,
    LEAF_FORMAT,
    NONCE_BYTES,
    SIZE_MAX,
    Checkpoint,
    Receipt,
    VerifierKey,
)

HEAD = "c2sp.org/tlog-proof@v1"
RECEIPTS_BYTES_MAX = 1 << 26  # a thousand entries with their paths are about 2 MB
_EXTRA, _INDEX = "extra ", "index "
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_LEAF_HEAD = 1 + NONCE_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a verified receipt has shown: the checkpoint and the rows of the book under it."""

    checkpoint: Checkpoint
    index: int
    records: tuple[tuple[int, ...], ...]


def format_receipt(receipt: Receipt) -> str:
    """A receipt as text."""
    path = "".join(f"{encoded(one)}\n" for one in receipt.path)
    head = f"{HEAD}\n{_EXTRA}{encoded(receipt.leaf)}\n{_INDEX}{receipt.index}\n"
    return f"{head}{path}\n{receipt.note}"


def parse_receipts(whole: str) -> tuple[Receipt, ...]:
    """The receipts of a file, one or more.

    Raises NoteTooLong, NoteControlCharacter, NoteNotEnded, ReceiptUnreadable,
    ReceiptLeafUnreadable, ReceiptIndexUnreadable, ReceiptHashUnreadable,
    ReceiptCheckpointMissing.
    """
    if len(whole.encode()) > RECEIPTS_BYTES_MAX:
        raise errors.NoteTooLong(limit=RECEIPTS_BYTES_MAX)
    note.check_lines(whole)
    if not whole.startswith(f"{HEAD}\n"):
        raise errors.ReceiptUnreadable(head=HEAD)
    return tuple(_parsed(lines, number) for number, lines in enumerate(_documents(whole), 1))


def _documents(whole: str) -> Iterator[list[str]]:
    """The lines of each receipt behind its head."""
    lines: list[str] = []
    for line in whole.removesuffix("\n").split("\n")[1:]:
        if line == HEAD:
            yield lines
            lines = []
        else:
            lines.append(line)
    yield lines


def _parsed(lines: list[str], number: int) -> Receipt:
    leaf = _leaf(lines[0] if lines else "", number)
    index = _index(lines[1] if len(lines) > 1 else "", number)
    if "" not in lines[2:]:
        raise errors.ReceiptCheckpointMissing(number=number)
    gap = lines.index("", 2)
    path = tuple(_hash(line, number) for line in lines[2:gap])
    rest = lines[gap + 1 :]
    if not rest:
        raise errors.ReceiptCheckpointMissing(number=number)
    return Receipt(leaf=leaf, index=index, path=path, note="".join(f"{one}\n" for one in rest))


def _leaf(line: str, number: int) -> bytes:
    found = decoded(line.removeprefix(_EXTRA)) if line.startswith(_EXTRA) else None
    if not found:
        raise errors.ReceiptLeafUnreadable(number=number)
    return found


def _index(line: str, number: int) -> int:
    text = line.removeprefix(_INDEX)
    if not line.startswith(_INDEX) or not _NUMBER.fullmatch(text) or int(text) > SIZE_MAX:
        raise errors.ReceiptIndexUnreadable(number=number)
    return int(text)


def _hash(line: str, number: int) -> bytes:
    found = decoded(line)
    if found is None or len(found) != HASH_BYTES:
        raise errors.ReceiptHashUnreadable(number=number)
    return found


def records_of(leaf: bytes) -> tuple[tuple[int, ...], ...]:
    """The rows inside a leaf's bytes, each in the order of canonical.RECORD without its digest.

    An entry whose rows were never written has none. Raises LeafUnreadable.
    """
    body = leaf[_LEAF_HEAD:]
    if len(leaf) < _LEAF_HEAD or leaf[0] != LEAF_FORMAT or len(body) % RECORD.size:
        raise errors.LeafUnreadable(length=len(leaf))
    return tuple(one[:-1] for one in RECORD.iter_unpack(body))


def verify_receipt(receipt: Receipt, key: VerifierKey) -> Shown:
    """Say no unless the log whose key this is holds the entry, then say what was shown.

    Raises what opened_checkpoint and verify_inclusion raise, and LeafUnreadable.
    """
    said = checkpoint.opened_checkpoint(receipt.note, key)
    records = records_of(receipt.leaf)
    paths.verify_inclusion(
        index=receipt.index,
        size=said.size,
        leaf=merkle.leaf_hash(receipt.leaf),
        path=receipt.path,
        root=said.root,
    )
    return Shown(checkpoint=said, index=receipt.index, records=records)


def verify_all(receipts: Iterable[Receipt], key: VerifierKey) -> tuple[Shown, ...]:
    """Verify each receipt of a file; see verify_receipt."""
    return tuple(verify_receipt(one, key) for one in receipts)
