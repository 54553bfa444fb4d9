"""The words of products: trade items, packs, lots as they are named in a filing, commands."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

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
    """An inspector stops a lot: nobody may receive or dispatch it except as a return or disposal."""

    lot_id: int
    reason: str
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseLot:
    """An inspector lifts a hold."""

    lot_id: int
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
    unknown and has been opened unconfirmed; ``name_differs`` that the filing named it otherwise.
    """

    lot: Lot
    product: Product
    contains: Decimal = Decimal(1)
    agricultural: bool = False
    opened: bool = False
    name_differs: bool = False
    case_unit: Unit | None = None
