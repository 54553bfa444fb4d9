"""Reading a scheme's file: every fault is found and told with its line; nothing is guessed."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from app.credit.scoring import errors
from app.credit.scoring.rules.lines import lines_of
from app.credit.scoring.rules.reading.bounds import read_classes
from app.credit.scoring.rules.reading.checks import check
from app.credit.scoring.rules.reading.indicators import read_indicator
from app.credit.scoring.rules.reading.pieces import (
    read_adjust,
    read_adjusting,
    read_consequence,
    read_fact,
    read_inherit,
    read_kind,
    read_override,
    read_part,
)
from app.credit.scoring.rules.reading.sections import CODE, Fault, Faults, Section
from app.credit.scoring.terms import (
    Adjusting,
    FactSource,
    ObjectSource,
    Scheme,
)

TEXT_MAX = 400_000
_TABLES = ("scheme", "facts", "adjusting")
_LISTS = (
    "objects", "part", "indicator", "inherit", "class", "override", "adjust", "consequence",
)  # fmt: skip


def read_scheme(
    text: str,
    facts: Mapping[str, FactSource] | None = None,
    objects: Mapping[str, ObjectSource] | None = None,
) -> Scheme:
    """The scheme a file says. ``facts`` and ``objects`` are the sources there are, by name.

    Without them sources are not looked at: what was accepted once stays readable.

    Refuses: SchemeRefused with all faults, each with its line.
    """
    if len(text) > TEXT_MAX:
        raise refused([Fault(1, errors.FileTooLong.code, {"most": TEXT_MAX})])
    try:
        said = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as problem:
        raise refused([Fault(_line_of(problem), errors.FileUnreadable.code, {})]) from None
    faults = Faults()
    scheme = _scheme(said, lines_of(text), faults)
    if not faults.found:
        check(scheme, facts, objects, faults)
    if faults.found:
        raise refused(faults.found)
    return replace(scheme, digest=hashlib.sha256(text.encode()).digest())


def refused(found: list[Fault]) -> errors.SchemeRefused:
    """The refusal of a file with these faults, in order of their lines."""
    listed = tuple(sorted(found, key=lambda fault: fault.line))
    first = listed[0]
    return errors.SchemeRefused(line=first.line, code=first.code, count=len(listed), faults=listed)


def _line_of(problem: tomllib.TOMLDecodeError) -> int:
    words = str(problem).split("line ")
    number = words[-1].split(",")[0] if len(words) > 1 else ""
    return int(number) if number.isdecimal() else 1


def _scheme(said: dict[str, Any], lines: Mapping[str, int], faults: Faults) -> Scheme:
    for key, value in said.items():
        wanted = dict if key in _TABLES else list if key in _LISTS else None
        if wanted is None or not isinstance(value, wanted):
            faults.note(errors.KeyUnknown, lines.get(key, lines.get(f"{key}[0]", 1)), key=key)

    def table(key: str) -> Section:
        found = said.get(key)
        return Section(found if isinstance(found, dict) else {}, key, lines, faults)

    def each(key: str) -> list[Section]:
        found = said.get(key)
        members = found if isinstance(found, list) else []
        return [
            Section(one, f"{key}[{at}]", lines, faults)
            for at, one in enumerate(members)
            if isinstance(one, dict)
        ]

    facts = table("facts")
    named = {
        name: read_fact(
            Section(one if isinstance(one, dict) else {}, f"facts.{name}", lines, faults), name
        )
        for name, one in facts.said.items()
    }
    head = _head(table("scheme"))
    return Scheme(
        **head,
        kinds=tuple(map(read_kind, each("objects"))),
        facts=named,
        parts=tuple(map(read_part, each("part"))),
        indicators=tuple(map(read_indicator, each("indicator"))),
        inherits=tuple(map(read_inherit, each("inherit"))),
        classes=read_classes(each("class"), riskier=head["riskier"]),
        overrides=tuple(map(read_override, each("override"))),
        adjusts=tuple(map(read_adjust, each("adjust"))),
        adjusting=read_adjusting(table("adjusting")) if "adjusting" in said else Adjusting(),
        consequences=tuple(map(read_consequence, each("consequence"))),
        lines=lines,
        digest=b"",
    )


def _head(section: Section) -> dict[str, Any]:
    higher = section.text("higher")
    if higher not in ("riskier", "better", ""):
        section.fault(errors.ValueWrong, "higher", said=higher)
    valid_from = section.day("valid_from")
    valid_to = section.day("valid_to", required=False)
    found = {
        "code": section.text("code", like=CODE),
        "version": section.text("version"),
        "title": section.said_in_both("title"),
        "trade": section.text("trade", like=CODE),
        "valid_from": valid_from,
        "valid_to": valid_to,
        "replaces": section.text("replaces", ""),
        "source": section.text("source"),
        "mark": section.text("mark"),
        "public": section.yes("public"),
        "riskier": higher == "riskier",
        "start": section.points("start", 0),
        "least": section.points("least", 0),
        "most": section.points("most"),
        "decimals": section.count("decimals", 1, most=3),
        "sign": section.yes("sign", False),
    }
    if valid_from and valid_to and valid_to <= valid_from:
        section.fault(errors.ValueWrong, "valid_to", said=str(valid_to))
    section.done()
    return found


__all__ = ["TEXT_MAX", "Fault", "read_scheme", "refused"]
