"""Receipts are verified from the file and the log's public key alone."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from support.trees import leaves

from ledger.entries.rules import canonical
from ledger.proof import errors
from ledger.proof.rules import checkpoint, keys, merkle, paths, receipt
from ledger.proof.terms import Receipt

KEY = keys.made_key("log.example/suyuan", bytes(range(32)))
VERIFIER = KEY.verifier
NONCE = bytes(range(16))
ROW = (41, 12_000, 7, 180_000_000, 3, 4, 0, 2, 1, 1, 0)
RECORDS = [
    canonical.record(ROW),
    canonical.record((41, 9_000, 8, 180_000_000, 3, 4, 0, 3, 1, 1, 0)),
]
LEAF = canonical.leaf_data(NONCE, RECORDS)
AT, SIZE = 5, 300


def a_log(leaf=LEAF, at=AT, size=SIZE):
    all_of_it = leaves(size)
    all_of_it = all_of_it[: at * 32] + merkle.leaf_hash(leaf) + all_of_it[(at + 1) * 32 :]
    grown = merkle.grow(0, (), all_of_it)
    tiles = {(one.level, one.index): one.data for one in grown.tiles}
    path = paths.inclusion_path(at, size, lambda tile: tiles[tile.level, tile.index])
    return Receipt(
        leaf=leaf,
        index=at,
        path=path,
        note=checkpoint.signed_checkpoint(size, grown.root, KEY),
    )


GOOD = a_log()
TEXT = receipt.format_receipt(GOOD)


def test_a_receipt_shows_the_rows_of_the_book():
    (found,) = receipt.parse_receipts(TEXT)
    assert found == GOOD
    shown = receipt.verify_receipt(found, VERIFIER)
    assert (shown.index, shown.checkpoint.size) == (AT, SIZE)
    assert sorted(shown.records) == sorted([ROW, (41, 9_000, 8, 180_000_000, 3, 4, 0, 3, 1, 1, 0)])


def test_the_file_is_the_form_of_c2sp():
    lines = TEXT.split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert base64.b64decode(lines[1].removeprefix("extra ")) == LEAF
    assert lines[2] == f"index {AT}"
    assert lines[3 + len(GOOD.path)] == ""
    assert lines[4 + len(GOOD.path)] == "log.example/suyuan"


def test_a_file_may_hold_several():
    other = a_log(at=299)
    both = receipt.parse_receipts(TEXT + receipt.format_receipt(other))
    assert both == (GOOD, other)
    assert [one.index for one in receipt.verify_all(both, VERIFIER)] == [AT, 299]


def test_an_entry_alone_in_its_log_has_an_empty_path():
    alone = Receipt(
        leaf=LEAF,
        index=0,
        path=(),
        note=checkpoint.signed_checkpoint(1, merkle.leaf_hash(LEAF), KEY),
    )
    (found,) = receipt.parse_receipts(receipt.format_receipt(alone))
    assert receipt.verify_receipt(found, VERIFIER).index == 0


def test_a_number_without_rows_has_a_receipt_too():
    empty = a_log(leaf=canonical.leaf_data(NONCE, []))
    assert receipt.verify_receipt(empty, VERIFIER).records == ()


LINES = TEXT.split("\n")
HASH = LINES[3]


def without(line):
    return TEXT.replace(line + "\n", "", 1)


BROKEN = {
    "nothing": ("", errors.NoteNotEnded),
    "something else": ("hello\n", errors.ReceiptUnreadable),
    "another version": (TEXT.replace("@v1", "@v2"), errors.ReceiptUnreadable),
    "the head alone": (f"{receipt.HEAD}\n", errors.ReceiptLeafUnreadable),
    "the head twice": (f"{receipt.HEAD}\n{TEXT}", errors.ReceiptLeafUnreadable),
    "no records": (without(LINES[1]), errors.ReceiptLeafUnreadable),
    "empty records": (TEXT.replace(LINES[1], "extra "), errors.ReceiptLeafUnreadable),
    "records not base64": (TEXT.replace(LINES[1], LINES[1] + "="), errors.ReceiptLeafUnreadable),
    "no index": (without(LINES[2]), errors.ReceiptIndexUnreadable),
    "an index with a zero": (TEXT.replace("index 5", "index 05"), errors.ReceiptIndexUnreadable),
    "a negative index": (TEXT.replace("index 5", "index -5"), errors.ReceiptIndexUnreadable),
    "an enormous index": (
        TEXT.replace("index 5", f"index {1 << 63}"),
        errors.ReceiptIndexUnreadable,
    ),
    "a hash not base64": (TEXT.replace(HASH, HASH[:-2] + "!="), errors.ReceiptHashUnreadable),
    "a hash too short": (TEXT.replace(HASH, "QUJD"), errors.ReceiptHashUnreadable),
    "no checkpoint": (TEXT.split("\n\n")[0] + "\n", errors.ReceiptCheckpointMissing),
    "an empty checkpoint": (TEXT.split("\n\n")[0] + "\n\n", errors.ReceiptCheckpointMissing),
    "cut short": (TEXT[:-1], errors.NoteNotEnded),
    "of another system's line ends": (TEXT.replace("\n", "\r\n"), errors.NoteControlCharacter),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_file_is_refused_by_its_name(how):
    whole, name = BROKEN[how]
    with pytest.raises(name):
        receipt.parse_receipts(whole)


def changed_row(**changes):
    names = ("id", "qty", "lot", "ts", "op", "other", "doc", "kind", "unit", "precision", "flags")
    row = tuple(changes.get(name, value) for name, value in zip(names, ROW, strict=True))
    return canonical.leaf_data(NONCE, [canonical.record(row), RECORDS[1]])


FORGED = {
    "a smaller quantity": ({"leaf": changed_row(qty=11_000)}, errors.InclusionRootDiffers),
    "another partner": ({"leaf": changed_row(other=5)}, errors.InclusionRootDiffers),
    "another day": ({"leaf": changed_row(ts=179_913_600)}, errors.InclusionRootDiffers),
    "a row left out": (
        {"leaf": canonical.leaf_data(NONCE, RECORDS[:1])},
        errors.InclusionRootDiffers,
    ),
    "a row twice": (
        {"leaf": canonical.leaf_data(NONCE, [*RECORDS, RECORDS[0]])},
        errors.InclusionRootDiffers,
    ),
    "another nonce": (
        {"leaf": canonical.leaf_data(bytes(16), RECORDS)},
        errors.InclusionRootDiffers,
    ),
    "a leaf of another form": ({"leaf": b"\x02" + LEAF[1:]}, errors.LeafUnreadable),
    "a leaf of half a row": ({"leaf": LEAF[:-1]}, errors.LeafUnreadable),
    "a leaf without a nonce": ({"leaf": LEAF[:16]}, errors.LeafUnreadable),
    "another place": ({"index": AT + 1}, errors.InclusionRootDiffers),
    "a place beyond the log": ({"index": SIZE}, errors.IndexBeyondTree),
    "a path too short": ({"path": GOOD.path[:-1]}, errors.PathTooShort),
    "a path too long": ({"path": (*GOOD.path, bytes(32))}, errors.PathTooLong),
    "the checkpoint of another time": (
        {"note": checkpoint.signed_checkpoint(SIZE, bytes(32), KEY)},
        errors.InclusionRootDiffers,
    ),
    "a checkpoint nobody signed": (
        {"note": GOOD.note.replace(f"\n{SIZE}\n", "\n301\n")},
        errors.SignatureWrong,
    ),
    "a checkpoint signed by somebody else": (
        {
            "note": checkpoint.signed_checkpoint(
                SIZE, bytes(32), keys.made_key("log.example/suyuan", bytes(32))
            )
        },
        errors.NotSignedByKey,
    ),
    "a checkpoint of another log": (
        {
            "note": checkpoint.signed_checkpoint(
                SIZE, bytes(32), keys.made_key("log.example/other", bytes(range(32)))
            )
        },
        errors.NotSignedByKey,
    ),
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_receipt_is_refused_by_its_name(how):
    changes, name = FORGED[how]
    with pytest.raises(name):
        receipt.verify_receipt(replace(GOOD, **changes), VERIFIER)
