"""The words of libraries: tags, rules, libraries, members, snapshots, commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

TITLE = ("监管对象名录库", "Libraries of supervised objects")


class Tag(StrEnum):
    """What a rule may ask of a subject."""

    DIVISION = "division"
    KIND = "kind"
    LICENCE = "licence"
    SCOPE = "scope"
    CATEGORY = "category"
    ATTRIBUTE = "attribute"
    INDUSTRY = "industry"
    SIZE = "size"
    STATUS = "status"


TAG_TEXTS: dict[Tag, tuple[str, str]] = {
    Tag.DIVISION: ("区域", "division"),
    Tag.KIND: ("类别", "kind"),
    Tag.LICENCE: ("许可种类", "kind of licence"),
    Tag.SCOPE: ("许可范围", "licence scope"),
    Tag.CATEGORY: ("食品类别", "food category"),
    Tag.ATTRIBUTE: ("监管属性", "attribute"),
    Tag.INDUSTRY: ("行业", "industry"),
    Tag.SIZE: ("规模", "size"),
    Tag.STATUS: ("状态", "state"),
}
ATTRIBUTE_TEXTS: dict[str, tuple[str, str]] = {
    "food": ("食品", "food"),
    "drug": ("药械化", "drugs, devices, cosmetics"),
    "special_equipment": ("特种设备", "special equipment"),
    "finance": ("金融", "finance"),
    "port": ("港口", "port"),
}
SIZE_TEXTS: dict[str, tuple[str, str]] = {
    "micro": ("微型", "micro"),
    "small": ("小型", "small"),
    "medium": ("中型", "medium"),
    "large": ("大型", "large"),
}
STATUS_TEXTS: dict[str, tuple[str, str]] = {
    "active": ("在业", "in business"),
    "closed": ("注销", "closed"),
    "revoked": ("吊销", "revoked"),
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A subject has a tag of this value; a division takes in all below it."""

    tag: Tag
    value: str


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold."""

    parts: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds."""

    parts: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Rule


@dataclass(frozen=True, slots=True)
class Named:
    """A set of tags that has a name of its own; ``rule`` is what the name stands for."""

    name: str
    rule: Rule


Rule = Leaf | Every | Some | Not | Named


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """A subject as rules see it: the values it has of each tag."""

    subject_id: int
    values: Mapping[Tag, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A library as it is kept; ``members`` as of ``refreshed_at``."""

    id: int
    code: str
    zh: str
    en: str
    region: str
    industry: str
    rule: Rule
    official: bool
    valid_from: date
    valid_to: date | None
    source: str
    mark: str
    members: int
    refreshed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryChange:
    """One change of a library: the old and new values of what changed."""

    at: datetime
    account_id: int | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LibrariesAsked:
    """Which libraries are wanted; ``after`` is the ``next`` of the page before."""

    text: str = ""
    region: str = ""
    attribute: str = ""
    after: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LibrariesPage:
    """A page of libraries; ``total`` of all that are meant."""

    items: tuple[Library, ...]
    next: int | None
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A subject in a library from a day on; ``to`` is the first day it no longer is."""

    subject_id: int
    name: str
    uscc: str
    division: str
    since: date
    to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersPage:
    """A page of members in the order of subjects; ``next`` is None on the last one."""

    items: tuple[Member, ...]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesOfDay:
    """How many joined and left a library on a day."""

    on: date
    joined: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A library a subject is or was in."""

    library_id: int
    code: str
    zh: str
    en: str
    since: date
    to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Who was in a library at a moment, with the hash of them all, for draws."""

    id: int
    library_id: int
    taken_at: datetime
    members: int
    sha256: str
    subjects: tuple[int, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpLibrary:
    """An official makes a library of a rule."""

    code: str
    zh: str
    en: str
    rule: Rule
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendLibrary:
    """An official gives a library another rule or another title; the old ones stay in history."""

    library_id: int
    zh: str
    en: str
    rule: Rule
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What a pass over subjects came to; ``last`` is where the next part begins, None at the end.

    ``touched`` are the libraries that have changed.
    """

    subjects: int
    joined: int
    left: int
    last: int | None
    touched: frozenset[int] = frozenset()
