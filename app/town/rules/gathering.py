"""Rows of credit records gathered by who sends them and what they are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Protocol

from app.town.terms import RecordsSent

Organs = Mapping[str, tuple[str, str]]
"""An agency's name and its unified social credit code, by its own code."""
_DOCUMENTS = {"penalty": "市监罚", "complaint": "投诉", "list": "经异"}


class Named(Protocol):
    """Who a record is about."""

    @property
    def uscc(self) -> str:
        """The code."""

    @property
    def name(self) -> str:
        """The name."""


@dataclass
class Gathered:
    """Rows gathered by provider and item, with whole numbers of documents counted on."""

    last: date
    random: Random
    organs: Organs
    rows: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)

    def add(self, agency: str, item: str, firm: Named, **said: object) -> None:
        """One record; days become ISO dates, what is empty is left out."""
        kept = {
            name: value.isoformat() if isinstance(value, date) else str(value)
            for name, value in said.items()
            if value is not None
        }
        mine = self.rows.setdefault((agency, item), [])
        mine.append({"uscc": firm.uscc, "name": firm.name, **kept})

    def number(self, kind: str, day: date) -> str:
        """A document number of a day's year; each is there once."""
        count = sum(len(rows) for rows in self.rows.values()) + 1
        return f"厦{_DOCUMENTS[kind]}〔{day.year}〕{count}号"

    def organ(self, agency: str) -> dict[str, str]:
        """The organ a document is of."""
        return {"organ": self.organs[agency][0]}

    def source(self, agency: str) -> dict[str, str]:
        """The same as of the two publicities: with its code, and as the source of the data."""
        name, uscc = self.organs[agency]
        return {"organ": name, "organ_uscc": uscc, "source_unit": name, "source_uscc": uscc}

    def sent(self) -> tuple[RecordsSent, ...]:
        """What was gathered, in the order in which it was begun."""
        return tuple(
            RecordsSent(agency=agency, item=item, rows=tuple(rows))
            for (agency, item), rows in self.rows.items()
        )

    def days_ago(self, least: int, most: int) -> date:
        """A day so many days before the last."""
        return self.last - timedelta(days=self.random.randint(least, most))
