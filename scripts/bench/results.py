"""What a bench found: figures with best and worst, ratios, and whether the target was met."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Target:
    """What was promised of a figure: of its value or of its ratio, at least or at most."""

    bound: float
    stretch: float | None = None
    on: str = "value"  # or "ratio"
    most: bool = False

    def met_by(self, figure: float) -> bool:
        """Whether a figure keeps the promise."""
        return figure <= self.bound if self.most else figure >= self.bound


@dataclass(frozen=True, kw_only=True)
class Result:
    """One figure: the median of its repetitions, the best and the worst of them.

    ``name`` is for programs and never changes, ``zh`` and ``en`` are for people. ``ratio`` is the
    median of this figure over that of the result named ``ratio_to``. A figure that was not reached
    within its time (``over``) is a lower bound.
    """

    name: str
    zh: str
    en: str
    value: float
    unit: str
    best: float
    worst: float
    ratio_to: str = ""
    ratio: float | None = None
    target: Target | None = None
    over: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the target was met; None where there is none."""
        if self.target is None:
            return None
        figure = self.ratio if self.target.on == "ratio" else self.value
        return figure is not None and self.target.met_by(figure)

    def as_json(self) -> dict[str, Any]:
        """The form of the JSON line."""
        found: dict[str, Any] = {
            "name": self.name,
            "zh": self.zh,
            "en": self.en,
            "value": rounded(self.value),
            "unit": self.unit,
            "best": rounded(self.best),
            "worst": rounded(self.worst),
        }
        if self.over:
            found["over"] = True
        if self.ratio is not None:
            found |= {"ratio_to": self.ratio_to, "ratio": rounded(self.ratio)}
        if self.target is not None:
            kept = {key: value for key, value in self.target.__dict__.items() if value is not None}
            found["target"] = {**kept, "met": self.met}
        return found


@dataclass(frozen=True, kw_only=True)
class Label:
    """How a figure is called, by programs and in both languages, and its unit."""

    name: str
    zh: str
    en: str
    unit: str


def measured(label: Label, samples: Sequence[float], *, low_is_good: bool = False) -> Result:
    """The median of some repetitions with the best and the worst of them."""
    ordered = sorted(samples, reverse=not low_is_good)
    return Result(
        **label.__dict__, value=statistics.median(samples), best=ordered[0], worst=ordered[-1]
    )


@dataclass(kw_only=True)
class Report:
    """All that one bench found, on so many entries."""

    bench: str
    entries: int
    results: list[Result] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)

    def add(self, *results: Result) -> None:
        """Keep results, in the order in which they shall be read."""
        self.results += results

    def note(self, zh: str, en: str) -> None:
        """Say something a reader has to know, in both languages."""
        self.notes.append((zh, en))

    def value(self, name: str) -> float | None:
        """The median found under a name, if it was measured."""
        return next((one.value for one in self.results if one.name == name), None)

    def compare(self, name: str, to: str, *, inverse: bool = False) -> None:
        """Give a result its ratio to another: ours over theirs, or theirs over ours (faster)."""
        mine, other = self.value(name), self.value(to)
        if not mine or not other:
            return
        ratio = other / mine if inverse else mine / other
        self.results = [
            replace(one, ratio_to=to, ratio=ratio) if one.name == name else one
            for one in self.results
        ]

    def promise(self, targets: Mapping[str, Target]) -> None:
        """Give results their targets by name; one of a ratio only where there is a ratio."""
        for place, one in enumerate(self.results):
            target = targets.get(one.name)
            if target is not None and (target.on == "value" or one.ratio is not None):
                self.results[place] = replace(one, target=target)

    def as_json(self, machine: Mapping[str, Any], **said: Any) -> str:
        """One line of JSON; ``said`` are the date and the command."""
        return json.dumps(
            {
                "bench": self.bench,
                "entries": self.entries,
                **said,
                "machine": dict(machine),
                "results": [one.as_json() for one in self.results],
                "notes": [{"zh": zh, "en": en} for zh, en in self.notes],
            },
            ensure_ascii=False,
        )


def rounded(value: float) -> float:
    """Four significant digits, whole numbers above: more would claim what was not measured."""
    return round(value) if abs(value) >= 1000 else float(f"{value:.4g}")
