"""Checkpoints say a log's name, size and root, in one spelling."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.proof import errors
from ledger.proof.rules import checkpoint, keys, merkle, note
from ledger.proof.terms import SIZE_MAX, Checkpoint, SignedNote

KEY = keys.made_key("log.example/suyuan", bytes(range(32)))
ROOT = bytes(range(32))
ROOT_TEXT = base64.b64encode(ROOT).decode()
EMPTY_TEXT = base64.b64encode(merkle.EMPTY_ROOT).decode()


@given(
    st.integers(1, SIZE_MAX),
    st.binary(min_size=32, max_size=32),
    st.lists(st.text("abc 溯—", min_size=1), max_size=3),
)
def test_a_checkpoint_is_read_back(size, root, extensions):
    said = Checkpoint(origin="a log", size=size, root=root, extensions=tuple(extensions))
    assert checkpoint.parse_checkpoint(checkpoint.format_checkpoint(said)) == said


def test_the_text_is_the_one_of_the_form():
    said = Checkpoint(origin="log.example/suyuan", size=12, root=ROOT)
    assert checkpoint.format_checkpoint(said) == f"log.example/suyuan\n12\n{ROOT_TEXT}\n"


def test_a_signed_checkpoint_opens_for_its_key():
    whole = checkpoint.signed_checkpoint(12, ROOT, KEY)
    assert checkpoint.opened_checkpoint(whole, KEY.verifier) == Checkpoint(
        origin="log.example/suyuan", size=12, root=ROOT
    )


def test_an_empty_log_has_the_hash_of_nothing():
    said = checkpoint.parse_checkpoint(f"log\n0\n{EMPTY_TEXT}\n")
    assert said.size == 0


BROKEN = {
    "": errors.NoteNotEnded,
    "log\n12\n": errors.CheckpointUnreadable,
    f"\n12\n{ROOT_TEXT}\n": errors.CheckpointUnreadable,
    f"log\n12\n{ROOT_TEXT}\n\n": errors.CheckpointUnreadable,
    f"log\n12\n{ROOT_TEXT}\n\nmore\n": errors.CheckpointUnreadable,
    f"log\n12\n{ROOT_TEXT}": errors.NoteNotEnded,
    f"log\r\n12\n{ROOT_TEXT}\n": errors.NoteControlCharacter,
    f"log\n012\n{ROOT_TEXT}\n": errors.CheckpointSizeUnreadable,
    f"log\n00\n{ROOT_TEXT}\n": errors.CheckpointSizeUnreadable,
    f"log\n+12\n{ROOT_TEXT}\n": errors.CheckpointSizeUnreadable,
    f"log\n-12\n{ROOT_TEXT}\n": errors.CheckpointSizeUnreadable,
    f"log\n1_2\n{ROOT_TEXT}\n": errors.CheckpointSizeUnreadable,
    f"log\n 12\n{ROOT_TEXT}\n": errors.CheckpointSizeUnreadable,
    f"log\n١٢\n{ROOT_TEXT}\n": errors.CheckpointSizeUnreadable,
    f"log\n0x12\n{ROOT_TEXT}\n": errors.CheckpointSizeUnreadable,
    f"log\n{SIZE_MAX + 1}\n{ROOT_TEXT}\n": errors.CheckpointSizeUnreadable,
    f"log\n{'9' * 30}\n{ROOT_TEXT}\n": errors.CheckpointSizeUnreadable,
    f"log\n12\n{ROOT_TEXT[:-1]}\n": errors.CheckpointRootUnreadable,
    f"log\n12\n{ROOT_TEXT[:-4]}\n": errors.CheckpointRootUnreadable,
    f"log\n12\n{ROOT_TEXT} \n": errors.CheckpointRootUnreadable,
    f"log\n12\n{ROOT.hex()}\n": errors.CheckpointRootUnreadable,
    f"log\n0\n{ROOT_TEXT}\n": errors.EmptyTreeRootWrong,
}


@pytest.mark.parametrize("text", BROKEN)
def test_other_texts_are_refused_by_name(text):
    with pytest.raises(BROKEN[text]):
        checkpoint.parse_checkpoint(text)


def test_a_checkpoint_of_another_log_signed_by_our_key_is_not_ours():
    text = checkpoint.format_checkpoint(Checkpoint(origin="log.example/b", size=12, root=ROOT))
    whole = note.format_note(SignedNote(text=text, signatures=(note.sign(text, KEY),)))
    with pytest.raises(errors.CheckpointOfOtherLog):
        checkpoint.opened_checkpoint(whole, KEY.verifier)


def test_a_forged_size_does_not_fit_the_signature():
    whole = checkpoint.signed_checkpoint(12, ROOT, KEY)
    with pytest.raises(errors.SignatureWrong):
        checkpoint.opened_checkpoint(whole.replace("\n12\n", "\n13\n"), KEY.verifier)


def test_a_text_that_is_no_checkpoint_is_none_though_signed():
    text = "hello\n"
    whole = note.format_note(SignedNote(text=text, signatures=(note.sign(text, KEY),)))
    with pytest.raises(errors.CheckpointUnreadable):
        checkpoint.opened_checkpoint(whole, KEY.verifier)
