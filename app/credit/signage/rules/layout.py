"""How a sign is laid out on A5, and at 141 % on A4: a grade readable at three metres.

Letters of 30 mm are read at 10 m by a healthy eye and at 3 m by who needs glasses of -1 without
them; the code is 48 mm with its quiet zone, at level Q. Lengths are millimetres.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from app.credit.signage.rules import shapes
from app.credit.signage.terms import Face, Look
from app.papers.terms import Drawing, Letters, Millimetres, Shape, Squares, Stroke

A5 = (148, 210)
A4_OF_A5 = 2**0.5
_LEFT, _RIGHT = 10, 138
_CODE = 48
_GREY, _SEAL = "#333333", "#a81f18"
_POINT = 25.4 / 72
_WIDE = "WF"


def wide(text: str, size: Millimetres) -> Millimetres:
    """About how wide a line is, in millimetres: a Chinese letter is as wide as it is high."""
    return sum(_share(letter) for letter in text) * size * _POINT


def _share(letter: str) -> Millimetres:
    if unicodedata.east_asian_width(letter) in _WIDE:
        return 1
    if letter.isupper() or letter.isdigit():
        return 0.64
    return 0.3 if letter in " .,:;'|!il" else 0.56


def fitted(text: str, size: Millimetres, most: Millimetres, least: Millimetres) -> Millimetres:
    """The size at which a line fits; never under ``least``."""
    return max(least, min(size, size * most / max(wide(text, size), 0.1)))


def broken(text: str, size: Millimetres, most: Millimetres, lines: int) -> list[str]:
    """A text in so many lines at most; what does not fit ends in dots."""
    found, line = [], ""
    for letter in text:
        if wide(line + letter, size) > most:
            found.append(line)
            line = ""
        line += letter
    found.append(line)
    if len(found) > lines:
        found = [*found[: lines - 1], found[lines - 1][:-1] + "…"]
    return found


def sheet(face: Face) -> Drawing:
    """A sign on A5."""
    return Drawing(
        wide=A5[0],
        high=A5[1],
        about=f"{face.title[0]} {face.name} {face.grade.zh} {face.number}",
        shapes=tuple(_all(face)),
    )


def larger(drawing: Drawing) -> Drawing:
    """The same on A4."""
    return Drawing(
        wide=210,
        high=297,
        about=drawing.about,
        shapes=tuple(shapes.scaled(one, A4_OF_A5) for one in drawing.shapes),
    )


def _all(face: Face) -> Iterator[Shape]:
    yield from _head(face)
    yield from _named(face)
    yield from _grade(face)
    yield from _code(face)
    yield from _facts(face)
    yield from _check(face)


def _head(face: Face) -> Iterator[Shape]:
    yield from shapes.mark(_LEFT, 9.5, 8.5)
    size = fitted(face.title[0], 13, 56, 8)
    yield Letters(x=21, y=15.6, text=face.title[0], size=size, bold=True)
    size = fitted(face.title[1], 9, 50, 6)
    yield Letters(x=_RIGHT, y=12.4, text=face.title[1], size=size, anchor="end")
    size = fitted(face.office, 9, 52, 5)
    (office,) = broken(face.office, size, 56, 1)
    yield Letters(x=_RIGHT, y=16.8, text=office, size=size, anchor="end")
    yield shapes.bar(_LEFT, 20.5, _RIGHT - _LEFT, 1.6)


def _named(face: Face) -> Iterator[Shape]:
    size = fitted(face.name, 26, _RIGHT - _LEFT, 17)
    lines = broken(face.name, size, _RIGHT - _LEFT, 2)
    down = 34.5
    for line in lines:
        yield Letters(x=_LEFT, y=down, text=line, size=size, bold=True)
        down += size * _POINT * 1.2
    down = 43.5 if len(lines) == 1 else down + 0.5
    for said in face.lines:
        for line in broken(said, 9.5, _RIGHT - _LEFT, 2):
            yield Letters(x=_LEFT, y=down, text=line, size=9.5, colour=_GREY)
            down += 5.3


def _grade(face: Face) -> Iterator[Shape]:
    middle, high = 38, 98
    if face.grade.look is Look.GRADE:
        yield from shapes.grade(face.grade.code, middle, high, 26)
    elif face.grade.look is Look.STARS:
        yield from _stars(face, middle, high)
    else:
        yield from shapes.framed(face.grade.code, middle, high, 26)
    size = fitted(face.grade.zh, 17, 56, 9)
    yield Letters(x=middle, y=134.5, text=face.grade.zh, size=size, bold=True, anchor="middle")
    size = fitted(face.grade.en, 9, 56, 6)
    said = Letters(x=middle, y=140, text=face.grade.en, size=size, colour=_GREY, anchor="middle")
    yield said


def _stars(face: Face, middle: Millimetres, high: Millimetres) -> Iterator[Shape]:
    """The number of stars, large, and the stars under it: the number is read at 3 m."""
    count = int(face.grade.code)
    yield Letters(x=middle, y=high + 10, text=str(count), size=118, bold=True, anchor="middle")
    room = 11
    left = middle - room * (face.stars_most - 1) / 2
    for place in range(face.stars_most):
        yield from shapes.star(left + place * room, high + 22, 5, full=place < count)


def _code(face: Face) -> Iterator[Shape]:
    left, top, across, down = 72, 69.5, 66, 76
    yield from shapes.frame(left, top, across, down, 0.3)
    yield Squares(x=left + (across - _CODE) / 2, y=top + 6.5, side=_CODE, rows=face.code)
    middle = left + across / 2
    yield Letters(
        x=middle, y=top + 64, text="扫码看现在的等级", size=12, bold=True, anchor="middle"
    )
    said = "Scan for the current grade"
    yield Letters(x=middle, y=top + 69.5, text=said, size=8.5, colour=_GREY, anchor="middle")


def _facts(face: Face) -> Iterator[Shape]:
    top, third = 163.5, (_RIGHT - _LEFT) / 3
    yield shapes.bar(_LEFT, top, _RIGHT - _LEFT, 0.8)
    yield shapes.bar(_LEFT, top + 16.7, _RIGHT - _LEFT, 0.8)
    for place, fact in enumerate(face.facts):
        left = _LEFT + place * third + (4 if place else 0)
        if place:
            yield Stroke(
                points=((left - 4, top + 0.8), (left - 4, top + 16.7)), width=0.2, colour="#999999"
            )
        named = f"{fact.zh} {fact.en}"
        size = fitted(named, 9, third - 5, 6)
        yield Letters(x=left, y=top + 6.2, text=named, size=size, colour=_GREY)
        size = fitted(fact.value, 14, third - 5, 7)
        yield Letters(x=left, y=top + 13, text=fact.value, size=size, bold=True)


def _check(face: Face) -> Iterator[Shape]:
    top = 184
    yield from shapes.seal("验", _LEFT, top, 7, _SEAL)
    said = (
        f"怎么辨真假：扫码后网址以 {face.host} 开头，页面上的名称、地址、等级要与这块牌一致；"
        f"不一致或显示“此牌已换”的，以页面为准，请拨 {face.hotline}。"
    )
    down = top + 3.4
    for line in broken(said, 8.6, _RIGHT - _LEFT - 9.5, 3):
        yield Letters(x=_LEFT + 9, y=down, text=line, size=8.6)
        down += 4.6
    size = fitted(face.legend, 8, 84, 5.5)
    yield Letters(x=_LEFT, y=201.5, text=face.legend, size=size, colour=_GREY)
    number = f"牌号 {face.number}"
    yield Letters(x=_RIGHT, y=201.5, text=number, size=8, colour=_GREY, anchor="end")


def marked(drawing: Drawing, word: str) -> Drawing:
    """The same with a word across it, for what must not hang: 样张, 已换."""
    text = Letters(
        x=drawing.wide / 2, y=drawing.high / 2, text=word, size=60, colour=_SEAL, anchor="middle"
    )
    return replace(drawing, shapes=(*drawing.shapes, text))
