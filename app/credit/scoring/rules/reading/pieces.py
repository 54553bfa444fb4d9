"""The other pieces of a scheme's file: kinds, facts, parts, and what follows the points."""

from __future__ import annotations

from app.credit.scoring import errors
from app.credit.scoring.rules.reading.sections import CODE, Section
from app.credit.scoring.terms import (
    Adjust,
    Adjusting,
    Consequence,
    Fact,
    Inherit,
    Kind,
    Override,
    Part,
    Take,
)


def read_kind(section: Section) -> Kind:
    """One ``[[objects]]``; what the engine does not know of it is the source's."""
    name = section.text("kind", like=CODE)
    return Kind(
        name=name,
        title=section.said_in_both("title", name),
        source=section.text("from"),
        parent=section.text("parent_kind", ""),
        line=section.line(),
        keys=section.rest(),
    )


def read_fact(section: Section, name: str) -> Fact:
    """One ``[facts.NAME]``; what the engine does not know of it is the source's."""
    if not CODE.fullmatch(name):
        section.fault(errors.ValueWrong, said=name[:60])
    return Fact(
        name=name,
        title=section.said_in_both("title", name),
        source=section.text("from"),
        line=section.line(),
        keys=section.rest(),
    )


def read_part(section: Section) -> Part:
    """One ``[[part]]``."""
    part = Part(
        code=section.text("code", like=CODE),
        title=section.said_in_both("title"),
        most=section.points("most"),
        least=section.points("least", 0),
        capped=section.yes("capped", False),
        clause=section.text("clause"),
        mark=section.text("mark"),
        line=section.line(),
    )
    section.done()
    return part


def read_inherit(section: Section) -> Inherit:
    """One ``[[inherit]]``: take = "least" or "most" of the parent's points and its own."""
    inherit = Inherit(
        kind=section.text("kind"),
        take=section.choice("take", Take, Take.LEAST),
        clause=section.text("clause"),
        mark=section.text("mark"),
        line=section.line(),
    )
    if inherit.take not in (Take.LEAST, Take.MOST):
        section.fault(errors.ValueWrong, "take", said=inherit.take.value)
    section.done()
    return inherit


def read_override(section: Section) -> Override:
    """One ``[[override]]``: just one of at, at_least, at_most and classes."""
    ways = [key for key in ("at", "at_least", "at_most", "classes") if key in section.said]
    if len(ways) != 1:
        section.fault(errors.KeyMissing, "at_least")
    classes = section.table("classes")
    if not all(isinstance(code, str) for code in classes.values()):
        section.fault(errors.ValueWrong, "classes", said=str(classes)[:60])
    override = Override(
        when=section.text("when"),
        unless=section.text("unless", ""),
        at_least=section.text("at_least", ""),
        at_most=section.text("at_most", ""),
        at=section.text("at", ""),
        classes={word: str(code) for word, code in classes.items()},
        first=section.yes("first", False),
        kinds=section.texts("kinds"),
        title=section.said_in_both("title"),
        clause=section.text("clause"),
        mark=section.text("mark"),
        line=section.line(),
    )
    section.done()
    return override


def read_adjust(section: Section) -> Adjust:
    """One ``[[adjust]]``: direction = "worse" or "better"."""
    direction = section.text("direction")
    if direction not in ("worse", "better", ""):
        section.fault(errors.ValueWrong, "direction", said=direction)
    adjust = Adjust(
        code=section.text("code", like=CODE),
        worse=direction == "worse",
        steps=section.count("steps", 1, most=9),
        when=section.text("when"),
        unless=section.text("unless", ""),
        kinds=section.texts("kinds"),
        title=section.said_in_both("title"),
        clause=section.text("clause"),
        mark=section.text("mark"),
        line=section.line(),
    )
    section.done()
    return adjust


def read_adjusting(section: Section) -> Adjusting:
    """The ``[adjusting]`` of a scheme."""
    adjusting = Adjusting(
        several=section.count("several", 0, most=9),
        most=section.count("most", 0, most=9),
        cancels=section.yes("cancels", True),
        clause=section.text("clause"),
        mark=section.text("mark"),
        line=section.line(),
    )
    section.done()
    return adjusting


def read_consequence(section: Section) -> Consequence:
    """One ``[[consequence]]``."""
    visits_min = section.count("visits_min", 0)
    consequence = Consequence(
        class_code=section.text("class"),
        visits_min=visits_min,
        visits_max=section.count("visits_max", visits_min),
        months=section.count("months", 12, most=120),
        text=section.said_in_both("text", ""),
        clause=section.text("clause"),
        mark=section.text("mark"),
        line=section.line(),
    )
    if consequence.visits_max < consequence.visits_min:
        section.fault(errors.ValueWrong, "visits_max", said=str(consequence.visits_max))
    section.done()
    return consequence
