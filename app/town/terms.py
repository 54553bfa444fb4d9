"""The words of the sample town: its firms, its goods, and one day's lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ledger.certificates.terms import CertificateKind
from ledger.entries.terms import Line
from ledger.products.terms import OpenProduct
from ledger.subjects.terms import RegisterSubject


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """A fictitious operator and the part it plays."""

    uscc: str
    name: str
    part: str
    division: str
    registration: RegisterSubject


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """A fictitious product with its case; ``unit`` is the code of the retail unit."""

    gtin: str
    case_gtin: str
    case_holds: int
    name: str
    category: str
    months: int
    unit: str
    maker: Firm
    opening: OpenProduct


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What the town's operators filed on one day; each line names its operator."""

    on: date
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """The whole town, a pure function of its size, its seed and its last day."""

    firms: tuple[Firm, ...]
    goods: tuple[Good, ...]
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFiled:
    """A certificate of the town: about a lot, else a product, else the firm itself."""

    uscc: str
    kind: CertificateKind
    number: str
    issuer: str
    issued_on: date | None
    valid_to: date | None = None
    gtin: str = ""
    lot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsSent:
    """Credit records of one item that one agency sends, as text by field."""

    agency: str
    item: str
    rows: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The one lot the demonstration follows: its codes and where it went."""

    gtin: str
    lot: str
    shop_uscc: str
    wholesaler_uscc: str
    wholesaler: str
    sent_on: date
    maker_uscc: str
