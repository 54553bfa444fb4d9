"""The words of dossiers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ledger.certificates.terms import Certificate, CertificateState
from ledger.entries.terms import BookLine
from ledger.products.terms import Hold, Lot, Product
from ledger.proof.terms import ProofState
from ledger.subjects.terms import Licence, Subject


class Point(StrEnum):
    """What Art. 136 asks of who wants to be spared, as far as a book can show it."""

    SOURCE_STATED = "source_stated"
    SUPPLIER_LICENSED = "supplier_licensed"
    CERTIFICATE_HELD = "certificate_held"
    RECORDED_IN_TIME = "recorded_in_time"
    BOUGHT_BEFORE_STOP = "bought_before_stop"
    UNCHANGED = "unchanged"


class Shown(StrEnum):
    """Whether a point is shown by what is on file."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A receipt of the lot, its supplier and the licence it sold under on that day.

    ``licence`` is None when none was in force or none was needed; ``lacks_licence`` says which.
    """

    line: BookLine
    supplier: Subject | None
    licence: Licence | None
    lacks_licence: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """How far the proof of an entry has come; ``leaf`` is its hash (hexadecimal) once sealed."""

    reference: str
    state: ProofState
    index: int | None = None
    leaf: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paperwork:
    """A certificate and what it was worth when the lot came."""

    certificate: Certificate
    state: CertificateState


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All that is on file about one lot at one operator; ``cut`` when there was more."""

    operator: Subject
    lot: Lot
    product: Product
    producer: Subject | None
    arrivals: tuple[Arrival, ...]
    onward: tuple[BookLine, ...]
    papers: tuple[Paperwork, ...]
    proofs: tuple[Proven, ...]
    receipts: str
    hold: Hold | None
    points: tuple[tuple[Point, Shown], ...]
    cut: bool
