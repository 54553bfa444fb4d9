"""How text breaks into lines, Chinese and Latin mixed; and how a paper's number reads."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import singledispatch
from html import escape
from itertools import groupby

from app.papers.terms import (
    NUMBER_LETTERS,
    NUMBER_RANDOM,
    Disc,
    Drawing,
    Letters,
    Outline,
    Shape,
    Squares,
    Stroke,
)

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


_FONTS = "Noto Sans SC Variable, Noto Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei"
_POINT_MM = 25.4 / 72


def svg_of(drawing: Drawing) -> str:
    """A sheet as an SVG document, in millimetres; attributes only, so it may stand in a page."""
    size = f"{drawing.wide:g} {drawing.high:g}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{drawing.wide:g}mm"'
        f' height="{drawing.high:g}mm" role="img" font-family="{_FONTS}">'
        f"<title>{escape(printable(drawing.about))}</title>"
        f'<rect width="{drawing.wide:g}" height="{drawing.high:g}" fill="#fff"/>'
        f"{''.join(map(_drawn, drawing.shapes))}</svg>"
    )


@singledispatch
def _drawn(shape: Shape) -> str:
    raise TypeError(type(shape))


@_drawn.register
def _(shape: Outline) -> str:
    corners = " ".join(f"{x:.3f},{y:.3f}" for x, y in shape.corners)
    return f'<polygon points="{corners}" fill="{shape.fill}"/>'


@_drawn.register
def _(shape: Disc) -> str:
    inked = f'fill="{shape.fill}"'
    if shape.edge:
        dashes = f' stroke-dasharray="{shape.edge * 2.5:g} {shape.edge * 2:g}"'
        inked = f'fill="none" stroke="{shape.fill}" stroke-width="{shape.edge:g}"'
        inked += dashes if shape.dashed else ""
    return f'<circle cx="{shape.x:.3f}" cy="{shape.y:.3f}" r="{shape.radius:.3f}" {inked}/>'


@_drawn.register
def _(shape: Stroke) -> str:
    points = " ".join(f"{x:.3f},{y:.3f}" for x, y in shape.points)
    inked = f'stroke="{shape.colour}" stroke-width="{shape.width:g}"'
    return f'<polyline points="{points}" fill="none" {inked} stroke-linecap="round"/>'


@_drawn.register
def _(shape: Letters) -> str:
    weight = ' font-weight="700"' if shape.bold else ""
    place = f'x="{shape.x:.3f}" y="{shape.y:.3f}" font-size="{shape.size * _POINT_MM:.3f}"'
    inked = f'fill="{shape.colour}" text-anchor="{shape.anchor}"'
    return f"<text {place} {inked}{weight}>{escape(printable(shape.text))}</text>"


@_drawn.register
def _(shape: Squares) -> str:
    side = shape.side / len(shape.rows)
    runs = (
        f"M{start} {down}h{wide}v1h-{wide}z"
        for down, row in enumerate(shape.rows)
        for start, wide in _runs(row)
    )
    moved = f'transform="translate({shape.x:.3f} {shape.y:.3f}) scale({side:.6f})"'
    return f'<path {moved} d="{"".join(runs)}" fill="#000" shape-rendering="crispEdges"/>'


def _runs(row: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Where dark modules begin in a row, and how many stand together."""
    start = 0
    for dark, same in groupby(row):
        wide = len(list(same))
        if dark:
            yield start, wide
        start += wide
