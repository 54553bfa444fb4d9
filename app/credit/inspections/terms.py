"""The words of visits: purposes, methods, results, commands, views."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.blobs.terms import Blob

TITLE = ("现场检查", "On site")
PHOTOS_MAX = 3


class Purpose(StrEnum):
    """Why somebody comes."""

    ROUTINE = "routine"
    RANDOM = "random"
    SPECIAL = "special"
    COMPLAINT = "complaint"
    FOLLOW_UP = "follow_up"
    GUIDANCE = "guidance"
    OTHER = "other"


class Method(StrEnum):
    """How it is inspected."""

    ON_SITE = "on_site"
    WRITTEN = "written"
    NETWORK = "network"


class FoundBy(StrEnum):
    """How the subject was looked up."""

    SIGN = "sign"
    LICENCE = "licence"
    USCC = "uscc"
    NAME = "name"


class SiteState(StrEnum):
    """What a visit changes about a subject's business."""

    NONE = ""
    CLOSED = "closed"
    OPEN = "open"


PURPOSE_TEXTS: dict[Purpose, tuple[str, str]] = {
    Purpose.ROUTINE: ("日常检查", "routine inspection"),
    Purpose.RANDOM: ("双随机抽查", "random inspection"),
    Purpose.SPECIAL: ("专项检查", "special inspection"),
    Purpose.COMPLAINT: ("投诉举报核查", "complaint looked into"),
    Purpose.FOLLOW_UP: ("复查", "follow-up"),
    Purpose.GUIDANCE: ("走访服务", "guidance visit"),
    Purpose.OTHER: ("其他", "other"),
}
METHOD_TEXTS: dict[Method, tuple[str, str]] = {
    Method.ON_SITE: ("现场", "on site"),
    Method.WRITTEN: ("书面", "in writing"),
    Method.NETWORK: ("网络", "online"),
}
RESULT_TEXTS: dict[str, tuple[str, str]] = {
    "1": ("未发现问题", "no problem found"),
    "A": ("发现问题待后续处理", "problems, to be dealt with later"),
    "E": ("发现问题经责令已改正", "problems, put right when ordered"),
    "3": ("违反食品药品规定", "breach of food and drug rules"),
    "6": ("通过登记的住所（经营场所）无法联系", "not to be found at its address"),
    "7": ("已关闭停业或正在清算", "closed down or being wound up"),
    "4": ("违反质监规定", "breach of quality rules"),
    "2": ("违反工商规定", "breach of registration rules"),
    "B": ("未按规定公示应当公示的信息", "did not publish what it must"),
    "C": ("公示信息隐瞒真实情况、弄虚作假", "published what is not true"),
    "D": ("违反其他工商行政管理规定", "other breach of registration rules"),
    "5": ("违反其他部门规定", "breach of another agency's rules"),
    "G": ("违反公安规定", "breach of police rules"),
    "8": ("不配合检查情节严重", "seriously refuses inspection"),
    "9": ("注销", "deregistered"),
    "10": ("被吊销", "registration revoked"),
    "11": ("被撤销", "registration cancelled"),
    "12": ("迁出", "moved away"),
    "F": ("未发现开展本次抽查涉及的经营活动", "does not do what is inspected"),
}
"""Result codes as disclosed, those used most first."""
ALONE = "1"
CLOSED_RESULT = "7"


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """The district office an account belongs to; ``stem`` begins every division of its district."""

    subject_id: int
    name: str
    stem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a text from a symbol or a keyboard may mean: numbers first, else words of a name."""

    usccs: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteVisit:
    """An inspector notes a visit; ``state`` marks the subject closed, or open again."""

    subject_id: int
    purpose: Purpose
    method: Method = Method.ON_SITE
    came_at: datetime | None = None
    left_at: datetime | None = None
    results: tuple[str, ...] = ()
    said: str = ""
    next_step: str = ""
    next_on: date | None = None
    state: SiteState = SiteState.NONE
    found_by: FoundBy = FoundBy.NAME
    photos: tuple[Blob, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A visit as it was noted; it is never changed."""

    id: int
    subject_id: int
    subject_name: str
    account_id: int | None
    inspector: str
    branch_name: str
    purpose: Purpose
    method: Method
    came_at: datetime
    left_at: datetime | None
    results: tuple[str, ...]
    said: str
    next_step: str
    next_on: date | None
    state: SiteState
    found_by: FoundBy
    noted_at: datetime
    photos: tuple[Blob, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitsPage:
    """A page of visits, the newest first; ``next`` is None on the last one."""

    items: tuple[Visit, ...]
    next: int | None
