"""The lists the town's names are put together from."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Category:
    """One of the 32 categories of the food production licence, with things made in it."""

    code: str
    name: str
    months: int
    unit: str
    nouns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FarmGood:
    """Produce sold by weight under its name, without a GTIN."""

    name: str
    kilograms_min: int
    kilograms_max: int


def _rows(name: str) -> list[dict[str, str]]:
    text = files("app.town").joinpath(f"data/{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def categories() -> tuple[Category, ...]:
    """The 32 categories in order."""
    return tuple(
        Category(
            row["code"],
            row["name"],
            int(row["months"]),
            row["unit"],
            tuple(row["nouns"].split("|")),
        )
        for row in _rows("categories")
    )


@cache
def places() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """(division, name, streets) of the six districts of Xiamen."""
    return tuple(
        (row["division"], row["name"], tuple(row["streets"].split("|"))) for row in _rows("places")
    )


@cache
def words(kind: str) -> tuple[str, ...]:
    """The word list of one kind: brand, surname, given, shop, kitchen, school."""
    return next(tuple(row["words"].split("|")) for row in _rows("names") if row["kind"] == kind)


@cache
def farm_goods() -> tuple[FarmGood, ...]:
    """What farms bring to market."""
    return tuple(
        FarmGood(row["name"], int(row["kilograms_min"]), int(row["kilograms_max"]))
        for row in _rows("farm_goods")
    )
