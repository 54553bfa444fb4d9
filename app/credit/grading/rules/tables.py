"""The tables of data that come with the program: adjustment, frequency, categories."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.credit.grading.terms import Grade, Tier, Visits

DATA = Path(__file__).resolve().parent.parent / "data"
SCHEMES = tuple(sorted((DATA / "schemes").glob("*.toml")))
"""The scheme files of food, loaded by the engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Where a flag or ground is looked for: an item of the catalogue, or what the ledger found."""

    item: str = ""
    conduct: str = ""
    where: Mapping[str, tuple[str, ...]]
    value: str = ""
    among: frozenset[str] = frozenset()
    """Where given, the field ``value`` must hold one of these words."""
    years: int = 0
    """How many years back; 0: the form's own year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A flag (1 to 7) or a ground (a to d) as the measures say it."""

    code: str
    zh: str
    en: str
    clause: str
    mark: str
    looked: tuple[Looked, ...]
    clean: bool = False
    """It holds where nothing is found."""
    current: str = ""
    """It holds while the day in this field has not passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One of the 32 categories of production licences, or a part of one."""

    code: str
    zh: str
    en: str
    tier: Tier
    score: int | None
    clause: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How often is inspected, as one authority has published it."""

    code: str
    zh: str
    en: str
    source: str
    mark: str
    draft: bool
    visits: Mapping[Grade, Visits]


@cache
def _said(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / f"{name}.toml").read_text("utf-8"))


@cache
def flags() -> tuple[Ground, ...]:
    """The seven that raise a grade."""
    return tuple(_ground(one, str(one["number"])) for one in _said("adjustment")["flag"])


@cache
def grounds() -> tuple[Ground, ...]:
    """The four that lower it."""
    return tuple(_ground(one, one["code"]) for one in _said("adjustment")["ground"])


def _ground(said: dict[str, Any], code: str) -> Ground:
    return Ground(
        code=code,
        zh=said["zh"],
        en=said["en"],
        clause=said["clause"],
        mark=said["mark"],
        clean="clean_years" in said,
        current=said.get("current", ""),
        looked=tuple(
            Looked(
                item=one.get("item", ""),
                conduct=one.get("conduct", ""),
                where={name: tuple(values) for name, values in one.get("where", {}).items()},
                value=one.get("value", ""),
                among=frozenset(one.get("among", ())),
                years=one.get("years", 0),
            )
            for one in said["facts"]
        ),
    )


@cache
def serious_item() -> str:
    """The item of the catalogue with the seriously unlawful list."""
    return str(_said("adjustment")["serious"]["item"])


@cache
def categories() -> Mapping[str, Category]:
    """The categories of production by their codes."""
    return {
        one["code"]: Category(
            code=one["code"],
            zh=one["zh"],
            en=one["en"],
            tier=Tier(one["tier"]),
            score=round(one["score"] * 1000) if "score" in one else None,
            clause=one["clause"],
            mark=one["mark"],
        )
        for one in _said("categories")["category"]
    }


@cache
def profiles() -> Mapping[str, Profile]:
    """The published frequencies of inspection by their codes."""
    return {
        one["code"]: Profile(
            code=one["code"],
            zh=one["zh"],
            en=one["en"],
            source=one["source"],
            mark=one["mark"],
            draft=one.get("draft", False),
            visits={grade: Visits(**one[grade.value]) for grade in Grade},
        )
        for one in _said("frequency")["profile"]
    }


def visits_of(grade: Grade, profile: str) -> Visits:
    """How many inspections a grade brings under a profile; that of 2016 for an unknown one."""
    known = profiles()
    return known.get(profile, known["2016"]).visits[grade]
