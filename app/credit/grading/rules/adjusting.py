"""The yearly adjustment: what this year's grounds make of a grade for the next year."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.credit.grading.terms import Adjusted, Grade, Suggestion

GRADES = tuple(Grade)
ACCIDENT = 4
SEVERAL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What is held against or for an operator: flags 1 to 7, grounds a to d, the serious list."""

    flags: Collection[int] = ()
    grounds: Collection[str] = ()
    seriously_unlawful: bool = False
    special_food: bool = False
    """A maker of formula for medical purposes or infants: GMP and HACCP are its plain duty."""


def adjusted(was: Grade, said: Grounds) -> Adjusted:
    """Next year's grade. The list means D; one flag is one step, two or an accident are two; any
    flag cancels what would lower it; A to D are the ends.
    """
    if said.seriously_unlawful:
        return _made(was, Grade.D, steps=_place(Grade.D) - _place(was))
    if said.flags:
        heavy = ACCIDENT in said.flags or len(set(said.flags)) >= SEVERAL
        return _moved(was, 2 if heavy else 1)
    held = {it for it in said.grounds if not (it == "b" and said.special_food)}
    return _moved(was, -1 if held else 0)


def _moved(was: Grade, steps: int) -> Adjusted:
    place = min(max(_place(was) + steps, 0), len(GRADES) - 1)
    return _made(was, GRADES[place], steps=steps)


def _made(was: Grade, to: Grade, *, steps: int) -> Adjusted:
    way = _place(to) - _place(was)
    said = Suggestion.UP if way > 0 else Suggestion.DOWN if way < 0 else Suggestion.SAME
    return Adjusted(was=was, next=to, suggestion=said, steps=steps)


def _place(grade: Grade) -> int:
    return GRADES.index(grade)
