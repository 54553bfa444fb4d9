"""Dated rule parameters: looked up by the date of the event, never by today."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files


class NoSuchParameter(LookupError):
    """A rule asked for a parameter that no data file defines: a bug, not a refusal."""


@dataclass(frozen=True, slots=True)
class Dated:
    """One value of a parameter and the days it is valid, both ends included."""

    key: str
    value: str
    unit: str
    jurisdiction: str
    valid_from: date
    valid_to: date | None
    source: str
    mark: str

    def holds(self, on: date) -> bool:
        """Whether the value is valid on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """All values of all parameters; ``get`` picks the one valid on a day."""

    lines: tuple[Dated, ...]

    def get(self, key: str, on: date, jurisdiction: str = "CN") -> str:
        """The value of ``key`` valid ``on`` a day, the jurisdiction's own before the national one.

        Before the first validity the first value holds. Raises NoSuchParameter.
        """
        mine = [line for line in self.lines if line.key == key]
        local = [line for line in mine if line.jurisdiction == jurisdiction]
        ordered = sorted(local or mine, key=lambda line: line.valid_from)
        if not ordered:
            raise NoSuchParameter(key)
        valid = [line for line in ordered if line.holds(on)]
        return (valid[-1] if valid else ordered[0]).value

    def number(self, key: str, on: date, jurisdiction: str = "CN") -> int:
        """The same as a whole number."""
        return int(self.get(key, on, jurisdiction))

    def fraction(self, key: str, on: date, jurisdiction: str = "CN") -> Decimal:
        """The same, a percentage, as a fraction of one."""
        return Decimal(self.get(key, on, jurisdiction)) / 100


def shipped() -> Parameters:
    """The parameters that come with the code, from ``data/parameters.csv``."""
    text = files("ledger.kernel").joinpath("data/parameters.csv").read_text("utf-8")
    return Parameters(tuple(_dated(row) for row in csv.DictReader(text.splitlines())))


def _dated(row: dict[str, str]) -> Dated:
    ends = row["valid_to"]
    return Dated(
        key=row["key"],
        value=row["value"],
        unit=row["unit"],
        jurisdiction=row["jurisdiction"],
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(ends) if ends else None,
        source=row["source"],
        mark=row["mark"],
    )
