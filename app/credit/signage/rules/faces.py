"""What is printed on a sign, put together from what was issued and what is known of its object."""

from __future__ import annotations

from urllib.parse import urlsplit

from app.credit.signage.rules.statements import claim_text, grouped
from app.credit.signage.terms import (
    FOOD,
    Board,
    Claim,
    ClassWords,
    Face,
    Fact,
    Look,
    Present,
    Sign,
)

FULL, EMPTY = "★", "☆"


def address_of(origin: str, sign: Sign, seed: bytes) -> str:
    """What the code of a sign says: its page, with the statement that it is ours."""
    claim = Claim(
        number=sign.number,
        class_code=sign.class_code,
        issued_on=sign.issued_at.date(),
        valid_until=sign.valid_until,
        place=sign.place,
    )
    return f"{origin}/s/{sign.number}?c={claim_text(claim, seed)}"


def face_of(
    sign: Sign, board: Board, present: Present, address: str, code: tuple[tuple[bool, ...], ...]
) -> Face:
    """The face of a sign; two facts of its object and its last day stand at the foot."""
    until = Fact(zh="牌面有效至", en="Valid until", value=sign.valid_until.isoformat())
    graded = Fact(zh="评定日期", en="Graded on", value=sign.graded_on.isoformat())
    first, second = (*present.facts, graded, Fact(zh="牌号", en="Number", value=sign.number))[:2]
    return Face(
        title=board.title,
        office=board.office,
        name=sign.name,
        lines=(*((sign.place,) if sign.place else ()), *present.lines),
        grade=board.words(sign.class_code),
        stars_most=board.stars,
        facts=(first, second, until),
        address=address,
        host=urlsplit(address).netloc,
        number=grouped(sign.number),
        legend=board.legend,
        hotline=board.hotline,
        code=code,
    )


def stars(code: str, most: int) -> str:
    """Stars as text: ★★★☆☆."""
    return FULL * int(code) + EMPTY * (most - int(code))


def look_of(scheme: str, codes: tuple[str, ...]) -> Look:
    """How the classes of a scheme are drawn: only food grades have the four shapes."""
    if scheme == FOOD:
        return Look.GRADE
    return Look.STARS if all(code in "123456789" for code in codes) else Look.WORD


def legend_of(scheme: str, classes: tuple[ClassWords, ...]) -> str:
    """The classes in a line, the best first."""
    if scheme == FOOD:
        short = {"A": "低", "B": "较低", "C": "较高", "D": "高"}
        said = "　".join(f"{letter} {word}" for letter, word in short.items())
        return f"{said}；字母外形分别为圆、方、菱、八角"
    return "　".join(one.zh if one.code in one.zh else f"{one.code} {one.zh}" for one in classes)


def masked(name: str) -> str:
    """A person's name as others read it: the first character and crosses for the rest."""
    said = name.split(maxsplit=1)[0] if name.split() else ""
    return said[:1] + "×" * (len(said) - 1)
