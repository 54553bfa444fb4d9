"""The words of ratings: what is rated, as it is shown, and what is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

SOURCE = "records"  # the object source whose objects are registered in records
OBJECTION_DAYS = 5  # working days after a run: this house's own term


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """Something that is rated, with its newest rating; ``name`` is masked where it is a person's.

    ``place`` and ``parent_name`` are empty where the registration says none. ``points`` are as
    many decimals as the scheme shows.
    """

    scheme: str
    version: str
    kind: str
    kind_title: tuple[str, str]
    object_id: int
    subject_id: int
    uscc: str
    subject_name: str
    number: str
    name: str
    full_name: str
    is_person: bool
    place: str
    class_code: str
    points: str
    run_id: int
    rated_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRatings:
    """Rate everything of a scheme as of a day."""

    scheme: str
    as_of: date
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingsAsked:
    """Which ratings of a scheme: of a kind, of a class, after an object's number for life."""

    scheme: str
    kind: str = ""
    class_code: str = ""
    after: int = 0
    limit: int = 50
