"""What a code points at: a lot, a product with its lots, a logistic unit, or a sign of ours."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import text as sql

from ledger.kernel.identifiers.gtin import parse_gtin
from ledger.kernel.ids import (
    UnknownReference,
    parse_entry_reference,
    parse_trace_reference,
)
from ledger.kernel.moment import from_stored
from ledger.kernel.names import fold_name
from ledger.kernel.statements import Prepared
from ledger.kernel.uow import UnitOfWork
from ledger.products import queries as products
from ledger.products.errors import UnknownLot
from ledger.products.queries import fold_lot
from ledger.products.terms import Lot, Product, ProductSearch
from scanner.codes.queries import meaning_of
from scanner.codes.terms import Kind, Meaning
from scanner.trace import errors
from scanner.trace.terms import LotShown, Pointed, PointedKind

PAPERS = ("FACTORY", "SELFTEST", "出厂检验合格证明", "自检合格证明", "检验报告", "检疫证明")
PAPERS_MAX = 3
_NUMBER = re.compile(r"[A-Za-z0-9\-/()（）〔〕\[\]第号字年\u4e00-\u9fff]{4,40}")
_TELEPHONE = re.compile(r"1[3-9][0-9]{9}")
NAMED_MAX = 50  # products of one name whose lots are looked at together
_GTIN_LENGTHS = (8, 12, 13, 14)
LOTS_PAGE = 50  # lots of a product traced in one page
# What was last packed in a unit; once everything was taken out, what had been in it.
_CONTENTS = sql("""
    WITH RECURSIVE u(id, still) AS (
        SELECT id, true FROM logistic_unit WHERE sscc = :sscc
        UNION
        SELECT c.inner_unit_id, u.still AND c.unpacked_by IS NULL
        FROM u JOIN unit_content c ON c.unit_id = u.id WHERE c.inner_unit_id IS NOT NULL
    ), content AS (
        SELECT c.lot_id, u.still AND c.unpacked_by IS NULL AS still
        FROM u JOIN unit_content c ON c.unit_id = u.id WHERE c.lot_id IS NOT NULL
    )
    SELECT DISTINCT lot_id FROM content
    WHERE still OR NOT EXISTS (SELECT FROM content c WHERE c.still) ORDER BY lot_id LIMIT 200
""")

_PAPERS_SAID = ", ".join(f"'{kind}'" for kind in PAPERS)
_CERTIFICATES = Prepared(
    "suyuan_certificates",
    "int",
    f"""
    SELECT n.said->>'certificate_kind' AS kind, n.certificate, max(n.id) AS latest
    FROM entry_note n JOIN entry e ON e.lot = n.lot AND e.id = n.id
    JOIN subject s ON s.id = e.op
    WHERE n.lot = $1 AND n.said->>'certificate_kind' IN ({_PAPERS_SAID}) AND n.certificate <> ''
        AND s.registered
    GROUP BY 1, 2 ORDER BY latest DESC LIMIT 50
""",  # noqa: S608 - made of the constants above
)
# A product by its GTIN with the lots of one number, its own or of the unit a pack holds: what a
# scanned code nearly always says. What is not found so is sought by ``ledger.products``.
_ITEM = Prepared(
    "suyuan_item",
    "text, text",
    """
    SELECT p.id, p.gtin, p.name, p.spec, p.category, p.shelf_life, p.producer_id, p.base_id,
        p.contains, p.confirmed, p.in_store, p.scope_id,
        l.id AS lot_id, l.product_id, l.producer_id AS lot_producer_id, l.number, l.lot_key,
        l.produced_at, l.produced_precision, l.expires_at, l.expires_precision, l.assumed_producer
    FROM product p LEFT JOIN LATERAL (
        SELECT l.* FROM unnest(ARRAY[p.id, p.base_id]) AS own (id)
        JOIN lot l ON l.product_id = own.id AND l.lot_key = $2 OFFSET 0) l ON true
    WHERE p.gtin = $1 AND p.gtin <> ''
""",
)


def pointed_at(
    uow: UnitOfWork, code: str, *, lot: str = "", key: str = "", printed: bool = False
) -> Pointed:
    """What a scanned or typed text points at in this ledger.

    ``code`` is anything a scanner gives, a Digital Link, a GTIN, an SSCC, the reference of a lot or
    of an entry, a product's name, or a lot number alone; ``lot`` adds the lot number (or date) that
    the code does not hold. ``key`` is what references of lots are sealed with. ``printed`` finds
    only what stands on goods: no names, no numbers without a GTIN, no units, no entries; for who
    may not look around in the book. Refuses: NothingAsked, UnknownCode, products'
    UnknownProduct and UnknownLot.
    """
    code = code.strip()
    if not code:
        raise errors.NothingAsked(field="code")
    referred = _by_reference(uow, code, key, printed=printed)
    if referred is not None:
        return referred
    meaning = meaning_of(code, today=uow.today)
    if meaning.kind is Kind.OWN_SIGN:
        return Pointed(kind=PointedKind.SIGN, own_id=meaning.own_id or "")
    if meaning.kind is Kind.OWN_TRACE:
        return _one_lot(uow, parse_trace_reference(meaning.own_id or "", key))
    if meaning.sscc is not None and meaning.gtin is None and not printed:
        return _unit(uow, str(meaning.sscc), code)
    item = meaning.gtin or meaning.content_gtin
    if item is not None:
        return _item(uow, str(item), lot or _lot_said(meaning))
    if printed:
        raise _unknown(code)
    return _named(uow, code, lot)


def lots_to_trace(
    uow: UnitOfWork, pointed: Pointed, *, before: int | None = None, limit: int = LOTS_PAGE
) -> tuple[tuple[int, ...], int | None]:
    """The lots a trace of it begins from, newest first, and where the next page begins."""
    if pointed.lots or pointed.product_id is None:
        return pointed.lots, None
    page = products.lots_of_product(uow, pointed.product_id, before=before, limit=limit)
    return tuple(lot.id for lot in page.items), page.next


def _by_reference(uow: UnitOfWork, code: str, key: str, *, printed: bool) -> Pointed | None:
    """The lot a reference of ours names: of a lot (T…) or of an entry (E…)."""
    if printed and code[:1] in "Ee":
        return None
    try:
        lot = (
            parse_entry_reference(code)[0] if code[:1] in "Ee" else parse_trace_reference(code, key)
        )
    except UnknownReference:
        return None
    return _one_lot(uow, lot)


def _one_lot(uow: UnitOfWork, lot_id: int) -> Pointed:
    lot = products.lot_by_id(uow, lot_id)
    return Pointed(kind=PointedKind.LOT, product_id=lot.product_id, lots=(lot.id,), goods=(lot,))


def _unit(uow: UnitOfWork, sscc: str, code: str) -> Pointed:
    lots = tuple(uow.session.scalars(_CONTENTS, {"sscc": sscc}))
    if not lots:
        raise errors.UnknownCode(code=code[:60], field="code")
    return Pointed(kind=PointedKind.UNIT, lots=lots, sscc=sscc)


def _lot_said(meaning: Meaning) -> str:
    """The lot number in the code, else the production date, as people who print no lot use it."""
    return meaning.lot or (meaning.produced_on.isoformat() if meaning.produced_on else "")


def _item(uow: UnitOfWork, gtin: str, lot: str) -> Pointed:
    lot = lot.strip()
    rows = _ITEM.rows(uow.session, gtin, f"L:{fold_lot(lot)}" if lot else "")
    product = products.product_of(rows[0]) if rows else products.product_by_gtin(uow, gtin)
    if not lot:
        return Pointed(kind=PointedKind.PRODUCT, product_id=product.id, product=product)
    numbered = [_lot_of(row) for row in rows if row.lot_id is not None]
    found = (
        min(numbered, key=lambda each: each.product_id == product.id)  # a pack's is its unit's
        if numbered
        else products.find_lot(uow, product_id=product.id, number=lot)
    )
    return Pointed(
        kind=PointedKind.LOT,
        product_id=found.product_id,
        lots=(found.id,),
        product=product if product.id == found.product_id else None,
        goods=(found,),
    )


def _lot_of(row: Any) -> Lot:
    return Lot(
        id=row.lot_id,
        product_id=row.product_id,
        producer_id=row.lot_producer_id,
        number=row.number,
        key=row.lot_key,
        produced_on=from_stored(row.produced_at, row.produced_precision),
        expires_on=from_stored(row.expires_at, row.expires_precision),
        assumed_producer=row.assumed_producer,
    )


def _named(uow: UnitOfWork, code: str, lot: str) -> Pointed:
    """Goods without a code: by name and lot, by name alone, or by the lot number alone."""
    named = _products_named(uow, code)
    if lot.strip():
        lots = _lots_of(named, products.lots_numbered(uow, lot), uow, lot)
        if not lots:
            raise errors.UnknownCode(code=code[:60], field="code")
        return _several(lots)
    if len(named) == 1:
        return Pointed(kind=PointedKind.PRODUCT, product_id=named[0].id)
    found = [each for one in named for each in products.lots_of_product(uow, one.id).items]
    lots = found or list(products.lots_numbered(uow, code))
    if not lots:
        raise _unknown(code)
    return _several(sorted(lots, key=lambda each: -each.id)[:LOTS_PAGE])


def _unknown(code: str) -> errors.UnknownCode:
    """The refusal of a text that points at nothing; of a GTIN it is which digit is wrong."""
    if code.isdecimal() and len(code) in _GTIN_LENGTHS:
        parse_gtin(code)
    return errors.UnknownCode(code=code[:60], field="code")


def _products_named(uow: UnitOfWork, name: str) -> list[Product]:
    """Products of exactly this name, whatever their producer."""
    page = products.products_page(uow, ProductSearch(text=name, limit=NAMED_MAX))
    return [one for one in page.items if fold_name(one.name) == fold_name(name)]


def _lots_of(
    named: list[Product], numbered: Iterable[Lot], uow: UnitOfWork, number: str
) -> list[Lot]:
    own = {one.id for one in named}
    found = {lot.id: lot for lot in numbered if lot.product_id in own}
    for product in named:
        try:
            lot = products.find_lot(uow, product_id=product.id, number=number)
        except UnknownLot:
            continue
        found[lot.id] = lot
    return list(found.values())


def _several(lots: Iterable[Lot]) -> Pointed:
    ids = {lot.id: lot.product_id for lot in lots}
    first = next(iter(ids.values()))
    return Pointed(kind=PointedKind.LOT, product_id=first, lots=tuple(ids))


def lots_shown(uow: UnitOfWork, pointed: Pointed) -> tuple[tuple[LotShown, ...], LotShown | None]:
    """The lots a code points at and its product (as a lot without number), ready to be named."""
    found = {lot.id: lot for lot in pointed.goods}
    unread = [lot for lot in pointed.lots[:NAMED_MAX] if lot not in found]
    found |= products.lots_by_ids(uow, unread) if unread else {}
    known = {pointed.product.id: pointed.product} if pointed.product is not None else {}
    ids = {lot.product_id for lot in found.values()} | {pointed.product_id or 0}
    unknown = ids - known.keys()
    known |= products.products_by_ids(uow, unknown) if unknown else {}
    lots = tuple(
        _shown(known[lot.product_id], lot) for lot_id in pointed.lots if (lot := found.get(lot_id))
    )
    product = known.get(pointed.product_id or 0)
    return lots, _shown(product) if product else None


def _shown(product: Product, lot: Lot | None = None) -> LotShown:
    number = (lot.number or lot.key.partition(":")[2]) if lot else ""
    return LotShown(
        id=lot.id if lot else 0,
        gtin=product.gtin,
        number=number,
        product_id=product.id,
        product=product.name,
        spec=product.spec,
        producer_id=(lot.producer_id if lot else None) or product.producer_id,
        produced_on=lot.produced_on if lot and lot.produced_on.precision else None,
        expires_on=lot.expires_on if lot and lot.expires_on.precision else None,
    )


def certificates_of(uow: UnitOfWork, lot: int) -> tuple[tuple[str, str], ...]:
    """(kind, number) of the papers that registered subjects filed with a lot: the latest three.

    Only kinds that say the goods are sound, and numbers that read as a paper's number: a voucher
    says who sold to whom, and a remark or a person's telephone is nobody's to read.
    """
    found = _CERTIFICATES.rows(uow.session, lot)
    papers = [(row.kind, row.certificate) for row in found if _reads_as_number(row.certificate)]
    return tuple(papers[:PAPERS_MAX])


def _reads_as_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text)) and not _TELEPHONE.search(text)
