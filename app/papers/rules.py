"""How text breaks into lines, Chinese and Latin mixed; and how a paper's number reads."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date

from app.papers.terms import NUMBER_LETTERS, NUMBER_RANDOM

_NOT_FIRST = frozenset(
    "，。、；：？！）》」』】〕”’%‰,.;:?!)]}…—·"
)  # GB/T 15834: not at a line's head
_NOT_LAST = frozenset("（《「『【〔“‘([{")  # nor these at a line's end
_WORD = re.compile(r"[^\s⺀-鿿豈-﫿＀-￯　-〿]+|\s+|.", re.DOTALL)
_NUMBER = re.compile(rf"SY-\d{{8}}-[{NUMBER_LETTERS}]{{{NUMBER_RANDOM}}}")


def lines_of(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """The lines of a text no wider than ``width``, in the unit of ``measure`` (of a character).

    Latin words and numbers stay whole where they fit on a line, Chinese breaks anywhere but where
    a mark would stand at the wrong end (GB/T 15834). Line ends of the text stay. At least one line.
    """
    found: list[str] = []
    for part in text.split("\n"):
        found.extend(_broken(part, width, measure))
    return found


def _broken(text: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    line, used = "", 0.0
    for piece in _pieces(text, width, measure):
        wide = sum(map(measure, piece))
        if line and used + wide > width:
            yield line.rstrip()
            line, used = "", 0.0
            if piece.isspace():
                continue
        line, used = line + piece, used + wide
    yield line.rstrip()


def _pieces(text: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    """What may not be torn, in order; a word wider than the line is torn all the same."""
    held = ""
    for word in _WORD.findall(text):
        if held and word[0] not in _NOT_FIRST and held[-1] not in _NOT_LAST:
            yield from _torn(held, width, measure)
            held = ""
        held += word
    if held:
        yield from _torn(held, width, measure)


def _torn(piece: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    part, used = "", 0.0
    for letter in piece:
        wide = measure(letter)
        if part and used + wide > width:
            yield part
            part, used = "", 0.0
        part, used = part + letter, used + wide
    if part:
        yield part


def printable(text: str) -> str:
    """The text without what no font can print: control characters other than line ends."""
    kept = (letter for letter in text if letter == "\n" or unicodedata.category(letter) != "Cc")
    return "".join(kept)


def paper_number(day: date, letters: str) -> str:
    """The number of a paper: SY-, the day, random letters (``NUMBER_RANDOM`` of them)."""
    return f"SY-{day:%Y%m%d}-{letters}"


def read_number(text: str) -> str | None:
    """A number as somebody typed it, in its one spelling; None when it cannot be one."""
    typed = unicodedata.normalize("NFKC", text).strip().upper()
    return typed if _NUMBER.fullmatch(typed) else None
