"""Names as people write them, folded so that two spellings of one name are equal, and cut small.

Folding evens out width (NFKC), case and spaces and drops invisible characters; nothing else, so
that two names which read differently stay different.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_REMEMBERED = 16_384  # names come again and again within a filing; a few megabytes at most
_PASSES = 4  # every pass but the first one only settles characters that fold into others


@lru_cache(maxsize=_REMEMBERED)
def fold_name(text: str) -> str:
    """The name without differences of width, case and spaces; folding twice changes nothing."""
    for _ in range(_PASSES):
        folded = _fold_once(text)
        if folded == text:
            break
        text = folded
    return text


def tidy(text: str) -> str:
    """The text with single spaces and without what cannot be printed, as it is stored and shown."""
    if text.isprintable():
        return " ".join(text.split())
    return " ".join(
        "".join(char if char.isprintable() else " " * char.isspace() for char in text).split()
    )


def _fold_once(text: str) -> str:
    even = unicodedata.normalize("NFKC", text).casefold()
    if not even.isprintable():  # what can be printed holds no invisible character
        even = "".join(char for char in even if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFKC", "".join(even.split()))


def pieces(*names: str) -> list[str]:
    """The one- and two-character pieces of the folded names, sorted: what a search matches on.

    Chinese has no spaces between words, so any part of a name is found by its neighbouring pairs.
    """
    found: set[str] = set()
    for name in map(fold_name, names):
        found.update(name)
        found.update(name[at : at + 2] for at in range(len(name) - 1))
    return sorted(found)


def pieces_sought(part: str) -> list[str]:
    """The pieces a name must have to contain ``part``: its pairs, or its only character."""
    folded = fold_name(part)
    if len(folded) < 2:
        return [folded] if folded else []
    return sorted({folded[at : at + 2] for at in range(len(folded) - 1)})
