"""What a line must say."""

from __future__ import annotations

from app.credit.specimens import errors

SAID_MAX = 1000  # characters; more is a paper, not a line


def clean_said(said: str) -> str:
    """The text without loose spaces. Refuses: NothingSaid, TextTooLong."""
    text = " ".join(said.split())
    if not text:
        raise errors.NothingSaid(field="said")
    if len(text) > SAID_MAX:
        raise errors.TextTooLong(limit=SAID_MAX, field="said")
    return text
