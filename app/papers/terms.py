"""The words of papers: what stands on one, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

Millimetres = float
NUMBER_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that reads like another
NUMBER_RANDOM = 8
KINDS: dict[str, tuple[str, str]] = {  # what a stranger is told a paper is
    "recall.notice": ("召回公告", "recall notice"),
    "recall.plan": ("召回计划", "recall plan"),
    "recall.report": ("召回总结报告", "recall report"),
    "dossier": ("食品安全尽职查验卷宗", "due-diligence dossier"),
    "grade.form": ("食品生产经营者风险等级确定表", "food risk grade: confirmation form"),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A shape by its corners, filled; all lengths of drawings are millimetres from the top left."""

    corners: tuple[tuple[float, float], ...]
    fill: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Disc:
    """A circle, filled, or only its edge where ``edge`` is not zero; a dashed one is a gap."""

    x: float
    y: float
    radius: float
    fill: str
    edge: float = 0
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """A line through points, round at its ends."""

    points: tuple[tuple[float, float], ...]
    width: float
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """A line of text; ``y`` is its base line, ``size`` its height in points, ``x`` by ``anchor``
    its start, middle or end.
    """

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    colour: str = "#000000"
    anchor: str = "start"


@dataclass(frozen=True, slots=True, kw_only=True)
class Squares:
    """A matrix symbol; its quiet zone is the white that is left around it."""

    x: float
    y: float
    side: float
    rows: tuple[tuple[bool, ...], ...]


Shape = Outline | Disc | Stroke | Letters | Squares


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One sheet with everything in its place, in the order it is drawn; ``about`` is read aloud."""

    wide: float
    high: float
    about: str
    shapes: tuple[Shape, ...]
