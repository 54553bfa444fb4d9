"""What is filed: kinds of entry, lines, and what a filing answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from ledger.kernel.moment import UNKNOWN, Moment
from ledger.products.terms import LotNamed
from ledger.subjects.terms import Party


class RowKind(IntEnum):
    """What one stored row says; the number is the column.

    An entry is one row or several with one id: a transformation has a USE row per input and output
    (the quantity on the first, 0 on the others, so that sums hold) and a YIELD row per output.
    ``op`` is always the operator in whose book the row stands.

    kind            op            other
    PRODUCTION      producer      producer
    DISPATCH        sender        receiver, 0 = consumers
    RECEIPT         receiver      sender
    USE             processor     the OUTPUT LOT
    YIELD           processor     processor
    DISPOSAL        holder        holder
    AGGREGATION     packer        logistic unit
    DISAGGREGATION  unpacker      logistic unit
    ALIAS           0, or pooler  another lot; ``unit`` says how the two belong together (``Alias``)
    VOID            corrector     0; ``qty`` is the id of the entry it puts out of force
    """

    PRODUCTION = 1
    DISPATCH = 2
    RECEIPT = 3
    USE = 4
    YIELD = 5
    DISPOSAL = 6
    AGGREGATION = 7
    DISAGGREGATION = 8
    ALIAS = 9
    VOID = 10


class Alias(IntEnum):
    """How the lot of an ALIAS row and its ``other`` belong together; stored as the row's ``unit``.

    Such rows come in pairs, one in each lot. ``SAME``: the same goods everywhere (a pack declared
    later, a merged producer); ``op`` is 0. ``SOURCE`` and ``POOL`` say that one operator, ``op``,
    has received the goods of the one lot and may hand them on as the other, because nobody stated
    their producer. That holds in its hands only, and only while such an arrival is in force: the
    row names a candidate, the arrivals decide.
    """

    SAME = 0
    SOURCE = 1  # this lot may be handed on as ``other``
    POOL = 2  # what is handed on as this lot may be ``other``


class EntryKind(StrEnum):
    """What may be filed."""

    PRODUCTION = "production"
    DISPATCH = "dispatch"
    RECEIPT = "receipt"
    TRANSFORMATION = "transformation"
    AGGREGATION = "aggregation"
    DISAGGREGATION = "disaggregation"
    DISPOSAL = "disposal"
    CORRECTION = "correction"


class Flag(IntEnum):
    """Bits of a row's ``flags``: how it was filed; a set bit never excludes it from a trace."""

    LATE = 1  # L12
    PENDING_PROOF = 2  # L04
    IMBALANCE = 4  # L07
    NEAR_DUPLICATE = 8  # L08
    EXPIRED_FOOD = 16  # L06
    LICENCE = 32  # L02, L03
    RETURN = 64  # goods going back to where they came from
    RETAIL = 128  # a summary of sales to consumers


class Mode(StrEnum):
    """``all``: one refused line refuses the filing; ``good``: the good lines are kept."""

    ALL = "all"
    GOOD = "good"


class Source(StrEnum):
    """Which door a filing came through."""

    API = "api"
    SHEET = "sheet"
    PAGE = "page"
    CLI = "cli"
    SEED = "seed"
    ONE_TICKET = "one_ticket"
    REQUEST = "request"  # an answer to what a trace asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """A lot and how much of it, the quantity and unit still as text."""

    lot: LotNamed
    quantity: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a filing, whatever its kind; what a kind does not use stays empty.

    ``portions`` is the one lot of most kinds, the inputs of a transformation, or the contents of an
    aggregation; ``outputs`` only a transformation has. ``partner`` is the receiver of a dispatch or
    the sender of a receipt. A correction names the entry it ``corrects`` and may carry a
    ``replacement``. ``override_reason`` lets a blocked supplier through (L03).
    """

    kind: EntryKind
    operator: Party | None = None
    portions: tuple[Portion, ...] = ()
    outputs: tuple[Portion, ...] = ()
    partner: Party | None = None
    sscc: str = ""
    at: Moment = UNKNOWN
    document: str = ""
    document_line: str = ""
    certificate_kind: str = ""
    certificate: str = ""
    origin: str = ""
    storage: str = ""
    reason: str = ""
    note: str = ""
    override_reason: str = ""
    is_return: bool = False
    corrects: str = ""
    replacement: Line | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A line the door could not turn into a Line; filed as a refusal at its index."""

    code: str
    field: str
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntries:
    """Give entries to the ledger under the filer's own key.

    ``content_hash`` is SHA-256 over the canonical content; the same key with another hash is a
    conflict. ``operator_id`` is the book the key belongs to. ``strict`` refuses a line that lacks
    any field required by law instead of filing it with a remark (L01).
    """

    operator_id: int
    filing_key: str
    content_hash: bytes
    lines: tuple[Line | Unreadable, ...]
    mode: Mode = Mode.ALL
    source: Source = Source.API
    upload_id: int | None = None
    strict: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A line that was not filed: its index, the refusal's code and field, and its parameters."""

    index: int
    code: str
    field: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """A line that was filed with a remark: the rule (L01–L12), its code and parameters."""

    index: int
    rule: str
    code: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """The answer to a filing; the same one is given again when the key is repeated.

    ``entries`` holds the public reference of every accepted line in order; ``receipt`` is SHA-256
    in hex over the canonical rows of the filing.
    """

    filing_id: int
    filing_key: str
    accepted: int
    entries: tuple[str, ...]
    refused: tuple[Refused, ...]
    warnings: tuple[Warned, ...]
    receipt: str
    filed_at: datetime
    replayed: bool = False
