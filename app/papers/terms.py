"""The words of papers: what stands on one, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

NUMBER_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that reads like another
NUMBER_RANDOM = 8
KINDS: dict[str, tuple[str, str]] = {  # what a stranger is told a paper is
    "recall.notice": ("召回公告", "recall notice"),
    "recall.plan": ("召回计划", "recall plan"),
    "recall.report": ("召回总结报告", "recall report"),
    "dossier": ("食品安全尽职查验卷宗", "due-diligence dossier"),
    "pass": ("一票通", "one-ticket pass"),
    "credit.file": ("信用档案报告", "credit file report"),
}


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a paper."""

    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph; line ends stay."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and what they are, one below the other."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; its head is said again on every page. ``widths`` are shares, equal when empty."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture (PNG or JPEG) with what it shows."""

    content: bytes
    caption: str


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code of an address, with a line about it."""

    url: str
    caption: str


@dataclass(frozen=True, slots=True)
class NextPage:
    """What follows begins a page of its own."""


Block = Heading | Words | Facts | Grid | Picture | Code | NextPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file inside the file, as it is."""

    name: str
    about: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What a paper says; ``mark`` is a word across every page, such as 演练."""

    title: str
    subtitle: str = ""
    language: str = "zh"
    blocks: tuple[Block, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a paper bears on every page: its number, when it was made, where it can be checked."""

    number: str
    made_at: datetime
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuePaper:
    """Make a paper, number it and keep its hash; ``about`` names its subject, as audit lines do."""

    paper: Paper
    kind: str
    about: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A paper as it left: its number, the hash of the file (hexadecimal), the file."""

    number: str
    sha256: str
    pdf: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPaper:
    """What is kept of an issued paper, and all that a stranger sees of it."""

    number: str
    kind: str
    sha256: str
    size: int
    made_at: datetime
