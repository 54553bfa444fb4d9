"""The words of messages: what is told, the boxes it goes to, and the ways out of the house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from ledger.kernel.actor import Role

MAIL = "mail"
LANGUAGES = ("zh", "en")


@dataclass(frozen=True, kw_only=True, slots=True)
class Tell:
    """Tell something to operators, persons or everybody of a role.

    ``kind`` names the text; ``params`` fill its blanks, ``own`` those that differ for an operator
    (``link`` among them replaces ``link``, an address inside this site). ``about`` names the thing
    for machines. What is ``urgent`` leaves at once, all else once a day. A box that was told under
    ``once_key`` before is not told again.
    """

    kind: str
    operator_ids: Sequence[int] = ()
    account_ids: Sequence[int] = ()
    role: Role | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    own: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    link: str = ""
    about: str = ""
    urgent: bool = False
    once_key: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """A message in one language."""

    title: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A message as its box holds it; read once by whoever of the box reads it."""

    id: int
    kind: str
    params: Mapping[str, Any]
    link: str
    about: str
    urgent: bool
    at: datetime
    read_at: datetime | None
    reader: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Boxes:
    """The boxes one actor reads: the operator's whose book is open, one's own, one's role's."""

    operator_id: int | None
    account_id: int | None
    role: str


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxAsked:
    """Which messages are wanted; ``before`` is the number of the last one already seen."""

    unread: bool = False
    topic: str = ""
    before: int | None = None
    limit: int = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class AddAddress:
    """The actor wants messages sent to an address; nothing is sent before it is confirmed."""

    address: str
    channel: str = MAIL
    language: str = "zh"


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where messages of a person's boxes are sent to."""

    id: int
    channel: str
    address: str
    language: str
    added_at: datetime
    confirmed_at: datetime | None
    muted_at: datetime | None
    failed_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AddWebhook:
    """A system wants each message of its operator, or of its account, as a signed POST."""

    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhook:
    """A registered webhook; ``off_why`` says why it is called no more."""

    id: int
    url: str
    nonce: bytes = field(repr=False)
    added_at: datetime
    failures: int
    off_at: datetime | None
    off_why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One delivery to a webhook, as its owner sees it."""

    id: int
    kind: str
    state: str
    attempts: int
    status: int | None
    said: str
    at: datetime
    due_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """One thing to send to one address, with an id that stays the same when it is sent again.

    ``stop_link`` is a page that ends all that is not urgent, ``one_click`` takes a POST that does;
    urgent ones have neither.
    """

    id: str
    to: str
    language: str
    title: str
    text: str
    urgent: bool
    stop_link: str = ""
    one_click: str = ""


class Line(Protocol):
    """An open connection to whoever carries letters."""

    def carry(self, letter: Letter) -> None:
        """Hand over one letter; raise AddressRefused or CarrierSilent where that fails."""


class Carrier(Protocol):
    """A way out of the house: mail is one; an SMS or WeChat gateway would be another.

    A package brings one by the entry point group ``suyuan.carriers``: its name there is the
    channel, its value is called with the settings and returns a Carrier.
    """

    def address(self, said: str) -> str:
        """The address as it is kept; raise AddressUnusable for what is none."""

    def open(self) -> AbstractContextManager[Line]:
        """A connection for a handful of letters; raise CarrierSilent where there is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """A letter on its way: which rows it stands for, and how often it was tried."""

    posting: str
    address_id: int
    channel: str
    attempts: int
    messages: tuple[int, ...]
    letter: Letter


@dataclass(frozen=True, kw_only=True, slots=True)
class OutgoingCall:
    """A delivery to a webhook on its way; ``body`` is what is signed."""

    id: int
    webhook_id: int
    attempts: int
    url: str
    key: bytes = field(repr=False)
    reference: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What a webhook answered: a status, or in words why there is none."""

    status: int | None
    said: str = ""

    @property
    def is_fine(self) -> bool:
        """Whether the delivery arrived."""
        return self.status is not None and 200 <= self.status < 300
