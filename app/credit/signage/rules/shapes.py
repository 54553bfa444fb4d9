"""The shapes signs are made of: grades, stars, frames, the house's mark; lengths in millimetres."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import singledispatch
from math import cos, pi, sin

from app.papers.terms import (
    Disc,
    Letters,
    Millimetres,
    Outline,
    Shape,
    Squares,
    Stroke,
)

Point = tuple[Millimetres, Millimetres]
# The colours of design/ section 4; shape and letter carry the meaning, so print may be black.
GRADE_COLOURS = {"A": "#0b6a55", "B": "#0b4f7d", "C": "#f2b01e", "D": "#a81f18"}
_DARK, _MARK = "#15202b", "#0b4f7d"
_POINTS_A_MM = 72 / 25.4


def bar(x: Millimetres, y: Millimetres, across: Millimetres, down: Millimetres) -> Outline:
    """A black bar."""
    return _box(x, y, across, down, "#000000")


def _box(
    x: Millimetres, y: Millimetres, across: Millimetres, down: Millimetres, fill: str
) -> Outline:
    corners = ((x, y), (x + across, y), (x + across, y + down), (x, y + down))
    return Outline(corners=corners, fill=fill)


def frame(
    x: Millimetres, y: Millimetres, across: Millimetres, down: Millimetres, width: Millimetres
) -> Iterator[Shape]:
    """Four lines around something."""
    corners = ((x, y), (x + across, y), (x + across, y + down), (x, y + down), (x, y))
    yield Stroke(points=corners, width=width, colour="#000000")


def grade(letter: str, x: Millimetres, y: Millimetres, radius: Millimetres) -> Iterator[Shape]:
    """A food grade: A disc, B square, C diamond, D octagon, none a dashed circle with 待评."""
    if letter not in GRADE_COLOURS:
        yield Disc(x=x, y=y, radius=radius, fill="#5a5566", edge=1.6, dashed=True)
        yield _middle("待评", x, y, radius * 0.7, "#5a5566")
        return
    fill = GRADE_COLOURS[letter]
    if letter == "A":
        yield Disc(x=x, y=y, radius=radius, fill=fill)
    elif letter == "B":
        yield _box(x - radius * 0.93, y - radius * 0.93, radius * 1.86, radius * 1.86, fill)
    elif letter == "C":
        yield Outline(corners=tuple(_around(4, x, y, radius * 1.08)), fill=fill)
        yield from _edge(_around(4, x, y, radius * 1.08), _DARK)
    else:
        yield Outline(corners=tuple(_around(8, x, y, radius * 1.03, 0.5)), fill=fill)
    size = radius * (1.15 if letter == "C" else 1.4)
    yield _middle(letter, x, y, size, _DARK if letter == "C" else "#ffffff")


def framed(code: str, x: Millimetres, y: Millimetres, radius: Millimetres) -> Iterator[Shape]:
    """A class of another trade: its code in a frame, with none of the shapes of food grades."""
    yield from frame(x - radius, y - radius * 0.8, radius * 2, radius * 1.6, 1.6)
    size = min(radius * 1.3, radius * 2.6 / max(len(code), 1))
    yield _middle(code, x, y, size, "#000000")


def star(x: Millimetres, y: Millimetres, radius: Millimetres, *, full: bool) -> Iterator[Shape]:
    """A star, black or only its edge."""
    outer, inner = _around(5, x, y, radius), _around(5, x, y, radius * 0.4, 0.5)
    corners = [point for pair in zip(outer, inner, strict=True) for point in pair]
    if full:
        yield Outline(corners=tuple(corners), fill="#000000")
    else:
        yield from _edge(corners, "#777777")


def seal(
    word: str, x: Millimetres, y: Millimetres, side: Millimetres, fill: str
) -> Iterator[Shape]:
    """A square seal with one word."""
    yield _box(x, y, side, side, fill)
    yield _middle(word, x + side / 2, y + side / 2, side * 0.66, "#ffffff")


def mark(x: Millimetres, y: Millimetres, side: Millimetres) -> Iterator[Shape]:
    """The house's mark: three tributaries running into one."""
    unit = side / 24
    for start in (4.5, 12, 19.5):
        points = tuple(
            (x + unit * (2 + 13.5 * step / 12), y + unit * _between(start, 12, step / 12))
            for step in range(13)
        )
        yield Stroke(points=points, width=unit * 2.3, colour=_MARK)
    yield Disc(x=x + unit * 19, y=y + unit * 12, radius=unit * 3.2, fill=_MARK)


def _between(start: Millimetres, end: Millimetres, part: Millimetres) -> Millimetres:
    return start + (end - start) * (1 - cos(pi * part)) / 2


def _middle(text: str, x: Millimetres, y: Millimetres, high: Millimetres, colour: str) -> Letters:
    """A text whose middle is at a point; capital letters are 0.73 as high as their size."""
    down = 0.365 if text.isascii() else 0.38
    size = high * _POINTS_A_MM
    return Letters(
        x=x, y=y + high * down, text=text, size=size, bold=True, colour=colour, anchor="middle"
    )


def _edge(corners: Sequence[Point], colour: str) -> Iterator[Shape]:
    yield Stroke(points=(*corners, corners[0]), width=0.5, colour=colour)


def _around(
    points: int, x: Millimetres, y: Millimetres, radius: Millimetres, turn: Millimetres = 0
) -> list[Point]:
    """The corners of an even shape around a middle, the first straight up, turned by a share."""
    steps = (2 * pi * (place + turn) / points - pi / 2 for place in range(points))
    return [(x + radius * cos(step), y + radius * sin(step)) for step in steps]


@singledispatch
def scaled(shape: Shape, by: Millimetres) -> Shape:
    """A shape as many times as large."""
    raise TypeError(type(shape))


@scaled.register
def _(shape: Outline, by: Millimetres) -> Shape:
    return replace(shape, corners=_points(shape.corners, by))


@scaled.register
def _(shape: Stroke, by: Millimetres) -> Shape:
    return replace(shape, points=_points(shape.points, by), width=shape.width * by)


@scaled.register
def _(shape: Disc, by: Millimetres) -> Shape:
    return replace(
        shape, x=shape.x * by, y=shape.y * by, radius=shape.radius * by, edge=shape.edge * by
    )


@scaled.register
def _(shape: Letters, by: Millimetres) -> Shape:
    return replace(shape, x=shape.x * by, y=shape.y * by, size=shape.size * by)


@scaled.register
def _(shape: Squares, by: Millimetres) -> Shape:
    return replace(shape, x=shape.x * by, y=shape.y * by, side=shape.side * by)


def _points(points: Sequence[Point], by: Millimetres) -> tuple[Point, ...]:
    return tuple((x * by, y * by) for x, y in points)
