"""The words of classification: firms' facts, combinations of two classes, what a subject has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.credit.scoring.terms import Score

SCHEME = "credit_risk"
FOOD = "food"
CLASSES = "ABCD"


class Profile(StrEnum):
    """How a credit class and a food grade make one class."""

    MAX = "max"
    """By a matrix: the worse of the food grade and the credit class less one step."""
    SUM = "sum"
    """By points: the food parts and the credit points, each to a maximum of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """A dated version of how the two are joined.

    ``matrix`` gives the class by (food grade, credit class); ``most`` are the points static,
    dynamic and credit may reach, ``bounds`` where the classes A, B and C of their sum end, both in
    thousandths. ``overridden`` is the class where either is D by a list.
    """

    version: str
    valid_from: date
    profile: Profile
    matrix: Mapping[tuple[str, str], str]
    most: Mapping[str, int]
    bounds: tuple[int, ...]
    overridden: str
    source: str
    clause: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two that are joined: its class, and whether a list made it so.

    ``parts`` are points by part with the most each part can give, in thousandths.
    """

    code: str
    overridden: bool
    parts: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """The joined class of a food operator in a month, and what it was joined of.

    ``credit`` is "" where the enterprise has no class yet: then the food grade stands.
    """

    month: date
    class_code: str
    food: str
    credit: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingRatio:
    """How many of a class random checks take, in per cent, and where that is said."""

    class_code: str
    share: str
    source: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassShown:
    """What officials see of one subject: its score, the joined class, the ratio of its class."""

    score: Score
    combined: tuple[Combined, ...]
    ratio: SamplingRatio | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CombinedRun:
    """The joining of a month: by which version, when, how the classes are spread."""

    id: int
    month: date
    version: str
    at: datetime
    classes: Mapping[str, int]
