"""Checkpoints (C2SP tlog-checkpoint): the text a log signs about itself."""

from __future__ import annotations

import re

from ledger.proof import errors
from ledger.proof.rules import merkle, note
from ledger.proof.rules.keys import decoded, encoded
from ledger.proof.terms import HASH_BYTES, SIZE_MAX, Checkpoint, SignedNote, SigningKey, VerifierKey

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


def format_checkpoint(checkpoint: Checkpoint) -> str:
    """The text that is signed."""
    lines = (
        checkpoint.origin,
        str(checkpoint.size),
        encoded(checkpoint.root),
        *checkpoint.extensions,
    )
    return "".join(f"{line}\n" for line in lines)


def parse_checkpoint(text: str) -> Checkpoint:
    """A checkpoint from its text, without signatures.

    Raises NoteControlCharacter, NoteNotEnded, CheckpointUnreadable, CheckpointSizeUnreadable,
    CheckpointRootUnreadable, EmptyTreeRootWrong.
    """
    note.check_lines(text)
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines):
        raise errors.CheckpointUnreadable
    origin, size_text, root_text, *extensions = lines
    if not _SIZE.fullmatch(size_text) or int(size_text) > SIZE_MAX:
        raise errors.CheckpointSizeUnreadable(text=size_text[:40])
    size, root = int(size_text), decoded(root_text)
    if root is None or len(root) != HASH_BYTES:
        raise errors.CheckpointRootUnreadable(text=root_text[:60])
    if size == 0 and root != merkle.EMPTY_ROOT:
        raise errors.EmptyTreeRootWrong
    return Checkpoint(origin=origin, size=size, root=root, extensions=tuple(extensions))


def signed_checkpoint(size: int, root: bytes, key: SigningKey) -> str:
    """The note of a log whose name is its key's, at a size and root."""
    text = format_checkpoint(Checkpoint(origin=key.verifier.name, size=size, root=root))
    return note.format_note(SignedNote(text=text, signatures=(note.sign(text, key),)))


def opened_checkpoint(whole: str, key: VerifierKey) -> Checkpoint:
    """What a signed checkpoint says, once its signature by the log has been verified.

    Raises what parse_note, verify and parse_checkpoint raise, and CheckpointOfOtherLog.
    """
    found = note.parse_note(whole)
    note.verify(found, key)
    checkpoint = parse_checkpoint(found.text)
    if checkpoint.origin != key.name:
        raise errors.CheckpointOfOtherLog(found=checkpoint.origin[:80], wanted=key.name)
    return checkpoint
