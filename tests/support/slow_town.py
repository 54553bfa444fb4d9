"""What a town has filed, in the words the slow trace works with: texts, and whole base units."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import datetime, timedelta

BEGINNING, END = datetime(1900, 1, 1), datetime(2200, 1, 1)  # noqa: DTZ001 - compared, never shown
THREE_DAYS = timedelta(days=3)


@dataclass(frozen=True)
class Filed:
    """One entry as its filer wrote it; what a kind does not use stays empty."""

    number: int
    kind: str  # production dispatch receipt use disposal sale
    operator: str
    lot: str = ""
    quantity: int = 0
    partner: str = ""
    when: str = ""
    document: str = ""
    inputs: tuple[tuple[str, int], ...] = ()
    outputs: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Town:
    """Everything filed, what was withdrawn, and which names mean the same.

    ``same_lot`` maps a lot's name to (the lot it is, how many base units one of it holds).
    ``own_lot`` maps (who, a lot's name) to the lot of its own as which it may hand that on: so it
    is with goods whose producer nobody stated, as soon as they have come to it.
    """

    filed: tuple[Filed, ...]
    withdrawn: frozenset[int] = frozenset()
    same_operator: dict[str, str] = field(default_factory=dict)
    same_lot: dict[str, tuple[str, int]] = field(default_factory=dict)
    own_lot: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True)
class Delivery:
    """A dispatch and the receipt that answers it, or one of them alone.

    ``left`` and ``came`` are its two ends: who, and the lot it is there.
    """

    sender: str
    receiver: str
    lot: str
    out: Filed | None
    back: Filed | None
    left: tuple[str, str]
    came: tuple[str, str]

    @property
    def leaves(self) -> tuple[datetime, datetime]:
        return span((self.out or self.back).when)

    @property
    def arrives(self) -> tuple[datetime, datetime]:
        """From its sending to its being booked in: in between it may come any time."""
        spans = [span(one.when) for one in (self.out, self.back) if one]
        return min(first for first, _ in spans), max(last for _, last in spans)

    @property
    def status(self) -> str:
        if self.out is None:
            return "receipt_only"
        if self.back is None:
            return "dispatch_only"
        return "matched" if self.out.quantity == self.back.quantity else "differs"


@dataclass(frozen=True)
class Found:
    """What an answer must hold: nodes, deliveries, transformations (by entry number)."""

    nodes: frozenset[tuple[str, str]]
    deliveries: frozenset[Delivery]
    transformations: frozenset[int]


def span(when: str) -> tuple[datetime, datetime]:
    """The first and the last moment a text can mean; nothing known is any time."""
    if not when:
        return BEGINNING, END
    if "T" in when:
        at = datetime.fromisoformat(when).replace(tzinfo=None)
        return at, at
    parts = [int(part) for part in when.split("-")]
    if len(parts) == 3:
        day = datetime(parts[0], parts[1], parts[2])  # noqa: DTZ001
        return day, day.replace(hour=23, minute=59, second=59)
    if len(parts) == 2:
        last = monthrange(parts[0], parts[1])[1]
        year, month = parts
        return datetime(year, month, 1), datetime(year, month, last, 23, 59, 59)  # noqa: DTZ001
    return datetime(parts[0], 1, 1), datetime(parts[0], 12, 31, 23, 59, 59)  # noqa: DTZ001


def may_feed(arrival: tuple[datetime, datetime], departure: tuple[datetime, datetime]) -> bool:
    """Contract 3.3.4: arrival <= departure, and an unknown part of a date never excludes."""
    return arrival[0] <= departure[1]
