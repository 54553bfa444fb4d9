"""What is asked of records, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.credit.records.terms.catalogue import Agency, Category, Item
from app.credit.records.terms.records import Audience, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAsked:
    """A subject's file for an audience: all categories with a few records each, or one paged.

    ``each`` records a category where ``category`` is None; ``limit`` where it is one, going on
    behind ``after`` (the ``next`` of the page before).
    """

    subject_id: int
    audience: Audience
    category: Category | None = None
    each: int = 5
    limit: int = 50
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many records of a category an audience sees: all, negative ones, marked ones."""

    category: Category
    records: int
    negative: int = 0
    marked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A category of a file with its newest records; ``next`` is empty when there are no more."""

    category: Category
    records: tuple[Record, ...]
    next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditFile:
    """What an audience sees of a subject. ``counts`` has all eighteen categories."""

    subject_id: int
    audience: Audience
    counts: tuple[Counts, ...]
    sections: tuple[Section, ...]

    @property
    def records(self) -> tuple[Record, ...]:
        """The records of all sections."""
        return tuple(record for section in self.sections for record in section.records)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFacts:
    """Facts a scheme draws from records of one item.

    ``value`` is the field whose value counts ("" = one a record); only records whose fields are
    among the values of ``where`` count. A record counts from its day on, for ``months`` months
    where given, and until the day in the field ``current`` where given. ``object_field`` is the
    field with the rated object's number ("" = the subject itself).
    """

    name: str
    item: str
    value: str = ""
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    months: int | None = None
    object_field: str = ""
    current: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRate:
    """How many of those who owe an annual report for a year have filed it."""

    year: int
    form: str
    due: int
    filed: int

    @property
    def percent(self) -> str:
        """Filed in due with two decimals, half up: "98.76"; empty when nobody owes one."""
        if not self.due:
            return ""
        hundredths = (self.filed * 20_000 + self.due) // (2 * self.due)
        return f"{hundredths // 100}.{hundredths % 100:02d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationCounts:
    """Records made public in a span of days: all, and those of the two publicities (双公示)."""

    total: int
    licences: int
    penalties: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Punctuality:
    """How many of an agency's decisions of an item became known within their clock."""

    agency: Agency
    item: Item
    timely: int
    late: int
