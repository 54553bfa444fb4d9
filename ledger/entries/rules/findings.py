"""What a rule may find, and the twelve rules of filing with their sources."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ledger.entries.terms import Flag
from ledger.kernel.errors import Refusal


class Effect(StrEnum):
    """What a finding does to the line."""

    REJECT = "reject"  # the line is wrong
    BLOCK = "block"  # the line is right, the trade was not allowed
    PENDING = "pending"  # filed, something has to follow
    WARN = "warn"  # filed with a remark
    FLAG = "flag"  # filed and marked, nothing is said
    NONE = "none"

    @property
    def refuses(self) -> bool:
        """Whether the line is not filed."""
        return self in (Effect.REJECT, Effect.BLOCK)


@dataclass(frozen=True, slots=True)
class Rule:
    """One validation rule: its number, what it asks, its shipped effect, source and mark.

    ``effect`` is what the rule does where no dated parameter says otherwise.
    """

    number: str
    asks: str
    effect: Effect
    source: str
    mark: str


RULES: dict[str, Rule] = {
    rule.number: rule
    for rule in (
        Rule(
            "L01",
            "every required field is present",
            Effect.REJECT,
            "Food Safety Law 2021 Arts. 50 51 53 65 98",
            "V",
        ),
        Rule(
            "L02",
            "the operator's licence is in force and covers the food",
            Effect.BLOCK,
            "Food Safety Law 2021 Arts. 35 53",
            "D",
        ),
        Rule(
            "L03",
            "the supplier's licence is in force; farms need none",
            Effect.BLOCK,
            "Food Safety Law 2021 Arts. 35 50 53",
            "D",
        ),
        Rule(
            "L04",
            "a certificate is attached for the lot",
            Effect.PENDING,
            "Food Safety Law 2021 Arts. 50 51 53 65; hours by design",
            "D",
        ),
        Rule(
            "L05",
            "the date is neither in the future nor before production",
            Effect.REJECT,
            "design",
            "D",
        ),
        Rule(
            "L06",
            "the food was not past its date",
            Effect.REJECT,
            "Food Safety Law 2021 Arts. 34 124",
            "V",
        ),
        Rule("L07", "no more leaves than is there", Effect.FLAG, "design", "D"),
        Rule("L08", "the line is not in the book already", Effect.REJECT, "design", "D"),
        Rule("L09", "the lot is not stopped", Effect.BLOCK, "Food Safety Law 2021 Art. 63", "V"),
        Rule("L10", "the other side's book says the same", Effect.FLAG, "design", "D"),
        Rule("L11", "check digits are right", Effect.WARN, "design", "D"),
        Rule(
            "L12",
            "the entry is filed in time",
            Effect.FLAG,
            "Fujian one-product-one-code rules",
            "K",
        ),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One remark of one rule on one line; ``refusal`` names it, refused or not."""

    rule: str
    effect: Effect
    refusal: type[Refusal]
    field: str = ""
    flag: Flag | None = None
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def as_refusal(self) -> Refusal:
        """The refusal to raise or list."""
        return self.refusal(field=self.field or None, **self.params)
