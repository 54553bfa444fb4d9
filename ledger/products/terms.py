"""The words of products: trade items, packs, lots as they are named in a filing, commands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ledger.kernel.moment import UNKNOWN, Moment
from ledger.kernel.quantity import Unit
from ledger.subjects.terms import Party


@dataclass(frozen=True, slots=True, kw_only=True)
class LotNamed:
    """A lot as a filing names it.

    The product is a GTIN in any spelling, an in-store code (with the shop that gave it), or a name
    with its producer. The lot is its printed number, else its production date, else ``lot_id``
    (a lot the caller already knows). Farm produce without either is keyed by supplier and document
    or date. ``sscc`` stands for everything packed in a logistic unit.
    """

    gtin: str = ""
    product: str = ""
    producer: Party | None = None
    in_store: str = ""
    lot: str = ""
    lot_id: int | None = None
    sscc: str = ""
    name: str = ""
    spec: str = ""
    category: str = ""
    produced_on: Moment = UNKNOWN
    expires_on: Moment = UNKNOWN
    shelf_life: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackNamed:
    """A pack: ``gtin`` holds ``contains`` of the GTIN ``of``."""

    gtin: str
    contains: Decimal
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenProduct:
    """Record a product by GTIN, or by name and producer; the same again changes nothing."""

    gtin: str = ""
    product: str = ""
    producer: Party | None = None
    name: str = ""
    spec: str = ""
    category: str = ""
    shelf_life: str = ""
    packs: tuple[PackNamed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLot:
    """An inspector stops a lot: nobody may receive or dispatch it, except to return or dispose."""

    lot_id: int
    reason: str
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseLot:
    """An inspector lifts a hold."""

    lot_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLots:
    """Stop many lots for one cause (a recall); those it has stopped already stay as they are."""

    cause: str
    lots: tuple[int, ...]
    reason: str
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseLots:
    """End what a cause has stopped; a lot that is stopped for another one too stays stopped."""

    cause: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product as the ledger knows it.

    ``base_id`` is the product its quantities are counted in (itself, unless it is a pack) and
    ``contains`` how many of the base one of it holds; ``confirmed`` is false while only a filing
    has named it.
    """

    id: int
    gtin: str
    name: str
    spec: str
    category: str
    shelf_life: str
    producer_id: int | None
    base_id: int
    contains: Decimal
    confirmed: bool
    in_store: str = ""
    scope_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """A lot as the ledger knows it; ``assumed_producer`` when no filing stated the producer."""

    id: int
    product_id: int
    producer_id: int | None
    number: str
    key: str
    produced_on: Moment
    expires_on: Moment
    assumed_producer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What a named lot turned out to be.

    Quantities filed in ``unit_of`` COUNT or CASE of a pack are multiplied by ``contains`` to count
    base units. ``agricultural`` marks produce that needs no lot; ``opened`` that the product was
    unknown and has been opened unconfirmed; ``name_differs`` that the filing named it otherwise;
    ``produced_differs`` that it stated another production date than the first one, which is kept;
    ``expires_differs`` the same of the last day.
    ``product`` is the one the lot belongs to: of a pack, the innermost unit. ``is_new`` says that
    the lot was not on file: nothing can be known of it yet.
    ``case_contains`` is how many of it its only size of case holds, for quantities in 箱.
    """

    lot: Lot
    product: Product
    contains: Decimal = Decimal(1)
    agricultural: bool = False
    opened: bool = False
    is_new: bool = False
    name_differs: bool = False
    produced_differs: bool = False
    expires_differs: bool = False
    case_contains: Decimal | None = None
    case_unit: Unit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """How quantities stored of a lot count in base units as packs are declared today.

    ``contains`` is the factor of pieces and cases of a pack's lot, 1 for a unit's own lot, where
    ``case_contains`` is that of a case (箱), when all packs of the unit hold the same.
    """

    contains: Decimal = Decimal(1)
    case_contains: Decimal | None = None


class ShelfLifeUnit(StrEnum):
    """What a shelf life is counted in; months and years follow the calendar."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class ShelfLife:
    """How long a product keeps; its text, as in ``12 month``, is what the store holds."""

    value: int
    unit: ShelfLifeUnit

    def __str__(self) -> str:
        """The number and the unit."""
        return f"{self.value} {self.unit.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LotWanted:
    """A lot named in a line, with what the line says around it.

    ``assumed_producer_id`` stands in for a producer nobody stated: the supplier of a receipt, the
    filer of anything else. ``document`` and ``at`` key produce that has neither number nor date;
    ``kind`` is the entry's kind: who files a production is the producer.
    """

    named: LotNamed
    filer_id: int
    assumed_producer_id: int | None = None
    document: str = ""
    at: Moment = UNKNOWN
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A hold in force on a lot; ``cause`` is empty for an inspector's own, else names a recall."""

    lot_id: int
    reason: str
    basis: str
    account_id: int | None
    held_at: datetime
    cause: str = ""


SameGoods = tuple[tuple[int, int], ...]
"""Pairs (lot of the pack, lot of its unit) that were filed apart and are the same goods."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductSearch:
    """What products are looked for: a GTIN, or part of a name. ``after`` is the page's ``next``.

    With ``own_ids`` goods without a GTIN are found only where they belong to one of these subjects:
    their names tell whom somebody trades with.
    """

    text: str = ""
    own_ids: frozenset[int] | None = None
    producer_id: int | None = None
    confirmed: bool | None = None
    after: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductsPage:
    """A page of products in the order they were opened."""

    items: tuple[Product, ...]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LotsPage:
    """A page of lots, the newest first; ``next`` is the ``before`` of the page after."""

    items: tuple[Lot, ...]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductClaim:
    """An operator's other name for a product, waiting for a registrar."""

    id: int
    product: Product
    operator_id: int
    name: str
    spec: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleClaim:
    """A registrar decides which name a product goes by: the one claimed, or the one on file."""

    claim_id: int
    accept: bool
