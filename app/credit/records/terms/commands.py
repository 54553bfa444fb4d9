"""What may be done with records, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitRows:
    """An agency submits records of one item; each row is {field name: text as it was written}.

    ``agency`` is a code, empty for the agency of the account that asks. With ``check_only`` rows
    are read and reported on, and nothing is kept.
    """

    item: str
    rows: tuple[Mapping[str, str], ...]
    agency: str = ""
    channel: str = "api"
    name: str = ""
    check_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRefused:
    """A row that was not taken: its place from 0, the field, and the refusal's code and params."""

    row: int
    column: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of rows. ``accepted`` = added + corrected + duplicate + pending."""

    upload_id: int
    total: int
    accepted: int
    added: int
    corrected: int
    duplicate: int
    pending: int
    refused: tuple[RowRefused, ...] = ()
    warnings: tuple[RowRefused, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectRecord:
    """Its provider puts a record right; ``revision`` is the one that was read.

    ``said`` has all fields of the record as they shall be, as text.
    """

    subject_id: int
    record_id: int
    revision: int
    said: Mapping[str, str]
    reason: str
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawRecord:
    """Its provider takes a record back; it stays on file and is shown to nobody as current."""

    subject_id: int
    record_id: int
    reason: str
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRecord:
    """A record is under objection (``on``) or no longer is; ``about`` names the objection."""

    subject_id: int
    record_id: int
    on: bool
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairRecord:
    """Credit repair was granted: publication ends. With ``on`` False the repair is cancelled."""

    subject_id: int
    record_id: int
    basis: str
    reason: str = ""
    on: bool = True
