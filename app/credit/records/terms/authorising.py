"""The words of authorisations: a subject lets a named party read its file for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Purpose(StrEnum):
    """What the party reads the file for."""

    LOAN = "loan"
    TENDER = "tender"
    DEALING = "dealing"
    OTHER = "other"


PURPOSE_TEXTS: dict[Purpose, tuple[str, str]] = {
    Purpose.LOAN: ("贷款、担保", "a loan or guarantee"),
    Purpose.TENDER: ("招标、投标", "a tender"),
    Purpose.DEALING: ("商务合作", "doing business"),
    Purpose.OTHER: ("其他", "other"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantAccess:
    """A subject lets a party read the authorised version of its file, up to a day included."""

    subject_id: int
    party: str
    purpose: Purpose
    valid_to: date
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One look through an authorisation's link."""

    at: datetime
    action: str
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """An authorisation as its subject sees it; ``uses`` are the newest ones."""

    id: int
    subject_id: int
    party: str
    purpose: Purpose
    note: str
    granted_at: datetime
    valid_to: date
    revoked_at: datetime | None
    uses: tuple[Use, ...] = ()

    def holds(self, on: date) -> bool:
        """Whether its link opens anything on a day."""
        return self.revoked_at is None and on <= self.valid_to
