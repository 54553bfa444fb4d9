"""The words of specimen title."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

TITLE = ("样本簿", "Specimen title")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSpecimen:
    """Somebody notes a line about a subject."""

    subject_id: int
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """A line about a subject: what was said, when, and by which account."""

    id: int
    subject_id: int
    subject_name: str
    said: str
    at: datetime
    account_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecimensPage:
    """A page of lines, the newest first; ``next`` is None on the last one."""

    items: tuple[Specimen, ...]
    next: int | None
