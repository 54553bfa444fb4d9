"""Who a rule takes in: one subject in plain Python, hundreds of thousands in columns.

Columns hold, for each value of a tag, the places of the subjects that have it. A leaf is one array
of truth values, made once however many rules ask for it; a rule is a few operations on arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from app.credit.supervision.terms import Every, Leaf, Named, Not, Rule, Some, Tag, Tagged

Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Columns:
    """Subjects in ascending order of ``ids``, and where which value of a tag is found."""

    ids: npt.NDArray[np.int64]
    places: Mapping[tuple[Tag, str], Places]
    known: dict[Rule, Mask] = field(default_factory=dict)

    def mask(self, rule: Rule) -> Mask:
        """Which subjects a rule takes in, as truth values by place."""
        if not isinstance(rule, Leaf | Named):  # asked once; kept, hundreds would fill memory
            return self._mask(rule)
        if rule not in self.known:
            self.known[rule] = self._mask(rule)
        return self.known[rule]

    def _mask(self, rule: Rule) -> Mask:
        match rule:
            case Leaf(Tag.DIVISION, value):
                found = np.zeros(len(self.ids), np.bool_)
                for (tag, code), places in self.places.items():
                    if tag is Tag.DIVISION and code.startswith(value):
                        found[places] = True
                return found
            case Leaf(tag, value):
                found = np.zeros(len(self.ids), np.bool_)
                if (tag, value) in self.places:
                    found[self.places[tag, value]] = True
                return found
            case Named(_, part):
                return self.mask(part)
            case Not(part):
                return ~self.mask(part)
            case Every(parts):
                every: Mask = np.logical_and.reduce([self.mask(part) for part in parts])
                return every
            case Some(parts):
                some: Mask = np.logical_or.reduce([self.mask(part) for part in parts])
                return some


def members(rule: Rule, columns: Columns) -> npt.NDArray[np.int64]:
    """The subjects a rule takes in, ascending."""
    return columns.ids[columns.mask(rule)]


def holds(rule: Rule, subject: Tagged) -> bool:
    """Whether a rule takes in one subject: the same as the columns say of it."""
    match rule:
        case Leaf(Tag.DIVISION, value):
            return any(code.startswith(value) for code in subject.values.get(Tag.DIVISION, ()))
        case Leaf(tag, value):
            return value in subject.values.get(tag, frozenset())
        case Named(_, part):
            return holds(part, subject)
        case Not(part):
            return not holds(part, subject)
        case Every(parts):
            return all(holds(part, subject) for part in parts)
        case Some(parts):
            return any(holds(part, subject) for part in parts)
