"""What one asks of scoring: to load a scheme, to place objects, to run, to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.credit.scoring.terms.facts import FactColumn, Objects
from app.credit.scoring.terms.scheme import Scheme, SchemeState


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadScheme:
    """Keep a scheme's file: in force from its day on, or as a draft."""

    text: str
    state: SchemeState = SchemeState.IN_FORCE


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceObjects:
    """Know objects of a trade by their numbers; ``parents`` are numbers of the parent's kind.

    Each row is (subject id, number, name, parent's number or "").
    """

    trade: str
    kind: str
    parent_kind: str = ""
    rows: tuple[tuple[int, str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ObjectSet:
    """Objects of one kind and the facts of them by name; a fact that is absent is of nobody."""

    objects: Objects
    facts: Mapping[str, FactColumn]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunScheme:
    """Score all objects by a scheme on a day; sets stand in the order of the scheme's kinds.

    Where facts are missing and the scheme keeps the last class, it is that of the newest run
    before ``as_of``. ``part``: some objects again between two runs of all; their new scores count,
    while lists and distributions stay those of the last run of all.
    """

    scheme: Scheme
    as_of: date
    sets: tuple[ObjectSet, ...]
    note: str = ""
    part: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoresAsked:
    """Which scores of a scheme's newest run: of a class, of subjects, after an object's id."""

    code: str
    kind: str = ""
    class_code: str = ""
    subject_ids: tuple[int, ...] = ()
    after: int = 0
    limit: int = 50
