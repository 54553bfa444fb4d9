"""The words of subjects: kinds, licences, parties as they are named in a filing, commands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple


class SubjectKind(StrEnum):
    """What an operator does with food; one operator may do several things."""

    PRODUCTION = "production"
    DISTRIBUTION = "distribution"
    CATERING = "catering"
    FARM = "farm"
    WAREHOUSE = "warehouse"
    MARKET = "market"
    IMPORT = "import"
    OTHER = "other"


class SubjectStatus(StrEnum):
    """Whether a subject is in business."""

    ACTIVE = "active"
    CLOSED = "closed"
    REVOKED = "revoked"


class LicenceKind(StrEnum):
    """Food production (SC), food trade (JY), prepackaged-only filing (YB), local, the old QS."""

    SC = "SC"
    JY = "JY"
    YB = "YB"
    QS = "QS"
    LOCAL = "LOCAL"


LICENCE_TEXTS: dict[LicenceKind, tuple[str, str]] = {
    LicenceKind.SC: ("食品生产许可 SC", "production licence SC"),
    LicenceKind.JY: ("食品经营许可 JY", "trade licence JY"),
    LicenceKind.YB: ("仅销售预包装食品备案 YB", "prepackaged-only filing YB"),
    LicenceKind.QS: ("旧生产许可 QS", "former production licence QS"),
    LicenceKind.LOCAL: ("地方小作坊、小餐饮证", "local certificate"),
}
"""What a licence is called, in Chinese and in English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Someone named in a filing: by USCC, by GLN, by subject id, or by name and contact.

    A party without a code is kept as unregistered under (name, contact) and can be merged into a
    registered subject later without losing a record. ``consumers`` stands for the public that buys.
    """

    uscc: str = ""
    gln: str = ""
    subject_id: int | None = None
    name: str = ""
    contact: str = ""
    address: str = ""
    country: str = ""
    licence: str = ""
    consumers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceNamed:
    """A licence as it is registered; ``scope`` holds category words or codes, empty = all."""

    kind: LicenceKind
    number: str
    valid_from: date | None = None
    valid_to: date | None = None
    scope: tuple[str, ...] = ()
    revoked_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PremisesNamed:
    """A place of an operator; ``gln`` may be empty."""

    name: str
    address: str = ""
    division: str = ""
    gln: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterSubject:
    """A registrar records a subject; the same again changes nothing."""

    uscc: str
    name: str
    kinds: tuple[SubjectKind, ...]
    division: str = ""
    address: str = ""
    contact: str = ""
    phone: str = ""
    gln: str = ""
    licences: tuple[LicenceNamed, ...] = ()
    premises: tuple[PremisesNamed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendSubject:
    """A registrar changes named fields of a subject; the old values stay in its history.

    ``changes`` maps a field's name to its new value. ``licences`` and ``premises`` hold what is new
    or put right: a licence is recognised by kind, number and first day, a place by its name;
    those left out stay as they are. A licence is revoked by giving it ``revoked_on``.
    """

    uscc: str
    changes: dict[str, object] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeSubject:
    """A registrar says that an unregistered party is a registered subject."""

    unregistered_id: int
    into_uscc: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """A licence on file."""

    kind: LicenceKind
    number: str
    valid_from: date | None
    valid_to: date | None
    scope: tuple[str, ...]
    revoked_on: date | None
    number_checks: bool

    def holds(self, on: date) -> bool:
        """Whether it is in force on a day, both ends included."""
        begun = self.valid_from is None or self.valid_from <= on
        ended = self.valid_to is not None and on > self.valid_to
        revoked = self.revoked_on is not None and on >= self.revoked_on
        return begun and not ended and not revoked


@dataclass(frozen=True, slots=True, kw_only=True)
class Premises:
    """A place on file."""

    id: int
    name: str
    address: str
    division: str
    gln: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A subject as the ledger knows it; ``id`` is the one its merged records are read under."""

    id: int
    uscc: str
    name: str
    kinds: tuple[SubjectKind, ...]
    division: str
    address: str
    contact: str
    phone: str
    gln: str
    country: str
    status: SubjectStatus
    registered: bool
    licences: tuple[Licence, ...] = ()
    premises: tuple[Premises, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectChange:
    """One change of a subject: the old and new values of the fields that changed."""

    at: datetime
    account_id: int | None
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectSearch:
    """What subjects are looked for; what is left empty does not narrow the search.

    ``text`` is read for what it is: a USCC, a licence number, a GLN, or else part of a name or of
    a former name. ``division`` takes in everything below it. ``after`` is the ``next`` of the page
    before.
    """

    text: str = ""
    division: str = ""
    kind: SubjectKind | None = None
    registered: bool | None = None
    after: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectsPage:
    """A page of subjects in the order they were recorded; ``next`` is empty on the last one."""

    items: tuple[Subject, ...]
    next: int | None


class InBusiness(NamedTuple):
    """An operator and its papers in short, as those see it who look at all operators at once.

    ``since`` is the first day of its first licence, ``known`` the kinds of licences on file and
    ``holding`` those in force (None: none), ``words`` all their scopes, ``production`` the number
    of a production licence.
    """

    id: int
    kinds: list[str]
    division: str
    since: date | None
    known: list[str] | None
    holding: list[str] | None
    words: str | None
    production: str | None
