"""The words of taking records in: files of rows, what became of them, rows that wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, BinaryIO


class UploadState(StrEnum):
    """Where a file of rows stands."""

    WAITING = "waiting"
    READING = "reading"
    DONE = "done"
    REFUSED = "refused"


class Channel(StrEnum):
    """By which way rows came."""

    SHEET = "sheet"
    API = "api"
    SHELL = "shell"
    FORM = "form"
    POOL = "pool"


CHANNEL_TEXTS: dict[Channel, tuple[str, str]] = {
    Channel.SHEET: ("文件", "file"),
    Channel.API: ("接口", "interface"),
    Channel.SHELL: ("命令行", "command line"),
    Channel.FORM: ("页面", "page"),
    Channel.POOL: ("匹配池", "pool"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveFile:
    """An agency sends a file of records of one item; ``agency`` is a code, "" for its own."""

    item: str
    filename: str
    content: BinaryIO = field(repr=False)
    agency: str = ""
    channel: Channel = Channel.SHEET


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A batch of rows as it stands now; ``code`` and ``params`` say why it was refused as a whole.

    ``taken`` is how many rows were gone through, ``head`` the texts of its head.
    """

    id: int
    agency_id: int
    item_id: int
    channel: Channel
    name: str
    sha256: str
    state: UploadState
    at: datetime
    finished_at: datetime | None
    total: int
    added: int
    corrected: int
    duplicate: int
    pending: int
    refused: int
    complete: int
    timely: int
    taken: int
    attempts: int
    head: tuple[str, ...]
    code: str
    params: Mapping[str, Any]

    @property
    def accepted(self) -> int:
        """The rows that were taken, whatever became of them."""
        return self.added + self.corrected + self.duplicate + self.pending

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will change."""
        return self.state in (UploadState.DONE, UploadState.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """A row of an upload that was not taken: its number in the file, the field, why, the row."""

    number: int
    column: str
    code: str
    params: Mapping[str, Any]
    said: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Rows of one upload refused for one reason in one field."""

    code: str
    column: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A row about a subject nobody has registered; it waits, and never makes a subject."""

    id: int
    upload_id: int
    agency_id: int
    item_id: int
    uscc: str
    name: str
    said: Mapping[str, str]
    at: datetime
    settled_at: datetime | None
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchPending:
    """The credit officer says whom a waiting row is about; ``uscc`` is a registered subject's."""

    pending_id: int
    uscc: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How well an agency reports over a span of months: complete times valid times timely.

    Each part is a share of 10,000. ``rows`` were sent, ``taken`` of them accepted.
    """

    agency_id: int
    month: date | None
    rows: int
    taken: int
    complete: int
    valid: int
    timely: int

    @property
    def score(self) -> int:
        """The product of the three in hundredths of a point of 100, rounded half up."""
        return (self.complete * self.valid * self.timely + 50_000_000) // 100_000_000
