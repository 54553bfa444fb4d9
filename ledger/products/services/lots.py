"""Finding the lots that filings name, thousands in the same few statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from sqlalchemy import func, select

from ledger.kernel.errors import Refusal
from ledger.kernel.moment import Moment
from ledger.kernel.names import fold_name, tidy
from ledger.kernel.selecting import any_among
from ledger.kernel.statements import Statement, together
from ledger.kernel.uow import UnitOfWork
from ledger.products import errors, rules
from ledger.products.model import ProductRow
from ledger.products.queries import lots_by_ids, plain_number, products_by_ids
from ledger.products.rules import ProductKey
from ledger.products.services import known
from ledger.products.services.known import Said
from ledger.products.services.stored import LotKey, LotSaid, stored_lots
from ledger.products.terms import Lot, LotWanted, Product, Resolved, ShelfLife
from ledger.subjects.services import resolve_parties

PRODUCTION = "production"


_NO_KEY, _NO_WORDS, _ONE = ProductKey(), Said(), Decimal(1)


@dataclass(slots=True)
class _Line:
    """One wanted lot on its way to an answer; a refusal ends the way."""

    wanted: LotWanted
    refusal: Refusal | None = None
    key: ProductKey = _NO_KEY
    words: Said = _NO_WORDS
    shelf_life: ShelfLife | None = None
    stated_producer: int | None = None
    lot_key: str = ""
    product: Product | None = None
    base: Product | None = None
    opened: bool = False
    differs: bool = False
    lot: Lot | None = None

    @property
    def going(self) -> bool:
        """Whether the line still needs its lot found."""
        return self.refusal is None and self.lot is None


def resolve_lots(uow: UnitOfWork, wanted: Sequence[LotWanted]) -> list[Resolved | Refusal]:
    """The lot each line means, or the refusal that says why there is none.

    Products and lots that are new are opened, products as unconfirmed; a name that differs from
    the one on file is queued for a registrar. A pack's lot is its innermost unit's. The number of
    statements does not depend on the number of lines; safe beside other filings of the same lots.

    Refuses per line, with ``field`` within the lot: the identifiers' refusals, TextTooLong,
    ProductMissing, NotFood, ProducerMissing, ShelfLifeUnreadable, LotUnreadable,
    ExpiresBeforeProduced, what resolve_parties refuses of a stated producer, UnknownLot,
    LotMissing.
    """
    if not wanted:
        return []
    lines = [_read(it) for it in wanted]
    by_id = [line for line in lines if line.going and line.wanted.named.lot_id is not None]
    stating = any(line.wanted.named.producer for line in lines if line.going)
    sharing = known.sharing_packs()
    if by_id or stating:
        together(uow.session, sharing)
    _recall_lots(uow, by_id)
    _state_producers(uow, [line for line in lines if line.going])
    sizes = _find_products(uow, [line for line in lines if line.going], sharing)
    _unpack(uow, [line for line in lines if line.product])
    opened = _find_lots(uow, [line for line in lines if line.going])
    sizes |= _case_sizes(uow, {line.base.id for line in lines if line.base} - sizes.keys())
    return [_answer(line, sizes, opened) for line in lines]


def _read(wanted: LotWanted) -> _Line:
    line, named = _Line(wanted), wanted.named
    if named.lot_id is not None:
        return line
    try:
        line.key, line.words, line.shelf_life = _goods_said(
            named.gtin,
            named.in_store,
            wanted.filer_id,
            named.name,
            named.product,
            named.spec,
            named.category,
            named.shelf_life,
        )
        if folded := rules.fold_lot(named.lot):
            line.lot_key = f"L:{folded}"
        if _reversed(named.produced_on, named.expires_on):
            raise errors.ExpiresBeforeProduced(
                field="expires_on", produced=str(named.produced_on), expires=str(named.expires_on)
            )
    except Refusal as refusal:
        refusal.field = refusal.field or "gtin"
        line.refusal = refusal
    return line


@lru_cache(maxsize=16_384)  # the lots of a filing are of few products
def _goods_said(
    gtin: str, in_store: str, filer_id: int, *words: str
) -> tuple[ProductKey, Said, ShelfLife | None]:
    """What is said of the product: its key as far as the line alone gives it, and the words."""
    named_as, product, spec, category, life = words
    key = rules.code_of(gtin, in_store, filer_id)
    name = rules.clean_text(named_as or product, "name")
    if key is None:
        name = rules.clean_text(product or named_as, "product")
    if key is None and not fold_name(name):
        raise errors.ProductMissing(field="product")
    shelf_life = _shelf_life(life)
    said = Said(
        name=name,
        spec=rules.clean_text(spec, "spec"),
        category=rules.clean_text(category, "category"),
        shelf_life=str(shelf_life or ""),
    )
    return key or ProductKey(name_key=fold_name(name)), said, shelf_life


@lru_cache(maxsize=1024)
def _shelf_life(said: str) -> ShelfLife | None:
    return rules.parse_shelf_life(said)


def _reversed(produced: Moment, expires: Moment) -> bool:
    return bool(produced.precision and expires.precision) and expires.latest < produced.earliest


def _recall_lots(uow: UnitOfWork, lines: list[_Line]) -> None:
    """Lots the caller already knows by id; they stay in their own product's units."""
    if not lines:
        return
    ids = {line.wanted.named.lot_id or 0 for line in lines}
    lots = lots_by_ids(uow, {number for number in ids if 0 < number < 2**31})
    products = products_by_ids(uow, {lot.product_id for lot in lots.values()})
    for line in lines:
        line.lot = lots.get(line.wanted.named.lot_id or 0)
        if line.lot is None:
            line.refusal = errors.UnknownLot(lot=line.wanted.named.lot_id, field="lot_id")
        else:
            line.product = line.base = products[line.lot.product_id]


def _state_producers(uow: UnitOfWork, lines: list[_Line]) -> None:
    stating = [line for line in lines if line.wanted.named.producer is not None]
    parties = [line.wanted.named.producer for line in stating]
    found = resolve_parties(uow, [it for it in parties if it], open_unknown=True) if parties else []
    for line, producer in zip(stating, found, strict=True):
        if isinstance(producer, Refusal):
            producer.field = "producer"
            line.refusal = producer
        else:
            line.stated_producer = producer or None
    for line in lines:
        if line.going:
            _key_by_producer(line)


def _key_by_producer(line: _Line) -> None:
    wanted = line.wanted
    maker = wanted.filer_id if wanted.kind == PRODUCTION else None
    known_producer = line.stated_producer or maker
    if line.key.name_key:
        producer = line.stated_producer or wanted.assumed_producer_id or wanted.filer_id
        if not producer:
            line.refusal = errors.ProducerMissing(field="producer")
            return
        line.key = ProductKey(name_key=line.key.name_key, producer_id=producer)
        known_producer = producer
    if known_producer:
        line.words = line.words._replace(producer_id=known_producer)


def _find_products(
    uow: UnitOfWork, lines: list[_Line], before: Statement
) -> dict[int, Decimal | None]:
    found, sizes = known.find_products_and_cases(uow, {line.key for line in lines}, before)
    for line in lines:
        _key_lot(line, found.get(line.key))
    lines = [line for line in lines if line.going]
    missing: dict[ProductKey, Said] = {}
    for line in lines:
        if line.key not in found:
            missing[line.key] = _together(missing.get(line.key, Said()), line.words)
    fresh, opened = known.open_products(uow, missing)
    found |= fresh
    sizes |= dict.fromkeys(opened)  # what was opened just now comes in no case
    said = dict.fromkeys((line.key, line.words) for line in lines)
    touched = known.fill_gaps(uow, [(found[key], words) for key, words in said])
    if touched:
        stale = {line.key for line in lines if found[line.key].id in touched}
        found |= known.find_products(uow, stale)
    differs = {it: known.names_otherwise(found[it[0]], it[1]) for it in said}
    for line in lines:
        line.product = found[line.key]
        line.opened = line.product.id in opened
        line.differs = differs[line.key, line.words]
    known.claim_names(
        uow,
        [
            (line.product, line.wanted.filer_id, line.words)
            for line in lines
            if line.differs and line.product
        ],
    )
    return sizes


def _together(first: Said, second: Said) -> Said:
    return Said(
        name=first.name or second.name,
        spec=first.spec or second.spec,
        category=first.category or second.category,
        shelf_life=first.shelf_life or second.shelf_life,
        producer_id=first.producer_id or second.producer_id,
    )


def _key_lot(line: _Line, product: Product | None) -> None:
    wanted = line.wanted
    if line.lot_key:
        return
    category = line.words.category or (product.category if product else "")
    source = rules.Source(
        supplier_id=wanted.assumed_producer_id or wanted.filer_id,
        document=wanted.document,
        at=wanted.at,
    )
    try:
        line.lot_key = rules.lot_key(
            wanted.named,
            agricultural=rules.may_be_agricultural(wanted.named, category),
            source=source,
        )
    except Refusal as refusal:
        line.refusal = refusal


def _unpack(uow: UnitOfWork, lines: list[_Line]) -> None:
    """Give each line the innermost unit of its product; a lot known by id stays as it is."""
    packs = [line for line in lines if line.base is None and line.product]
    bases = {it.id: it for line in packs if (it := line.product)}
    wanted = {line.product.base_id for line in packs if line.product}
    bases |= products_by_ids(uow, wanted - bases.keys()) if wanted - bases.keys() else {}
    for line in packs:
        if line.product:
            line.base = bases[line.product.base_id]


def _find_lots(uow: UnitOfWork, lines: list[_Line]) -> set[int]:
    """Give each line its lot; answers the ids of those that are new."""
    said: dict[LotKey, LotSaid] = {}
    for line in lines:
        if line.base is None:
            continue
        key = (line.base.id, line.lot_key)
        if key in said:
            said[key].add(_lot_said(line, line.base))
        else:
            said[key] = _lot_said(line, line.base)
    found, opened = stored_lots(uow, said)
    for line in lines:
        if line.base:
            line.lot = found[line.base.id, line.lot_key]
    return opened


def _lot_said(line: _Line, base: Product) -> LotSaid:
    named = line.wanted.named
    expires = named.expires_on
    if not expires.precision:
        shelf_life = line.shelf_life or _shelf_life(base.shelf_life)
        expires = rules.expiry_moment(named.produced_on, shelf_life)
    return LotSaid(
        base.id,
        line.lot_key,
        line.words.producer_id or base.producer_id,
        tidy(named.lot),
        named.produced_on,
        expires,
        bool(line.key.name_key) and line.stated_producer is None,
    )


def _case_sizes(uow: UnitOfWork, bases: set[int]) -> dict[int, Decimal | None]:
    """How many units the packs of a product hold, where all its packs hold the same."""
    if not bases:
        return {}
    packs = ProductRow.__table__.c
    rows = uow.session.execute(
        select(packs.base_id, func.min(packs.contains))
        .where(packs.base_id == any_among(bases), packs.base_id.is_not(None), packs.contains != 1)
        .group_by(packs.base_id)
        .having(func.min(packs.contains) == func.max(packs.contains))
    )
    return {base_id: plain_number(contains) for base_id, contains in rows}


def _answer(line: _Line, sizes: dict[int, Decimal | None], opened: set[int]) -> Resolved | Refusal:
    if line.refusal:
        return line.refusal
    if line.lot is None or line.base is None or line.product is None:
        raise AssertionError(line)
    lot, named = line.lot, line.wanted.named
    by_id = named.lot_id is not None
    category = line.words.category or line.base.category
    return Resolved(
        lot=lot,
        product=line.base,
        contains=_ONE if by_id else line.product.contains,
        agricultural=lot.key.startswith("S:") or rules.is_agricultural(category),
        opened=line.opened,
        is_new=lot.id in opened,
        name_differs=line.differs,
        produced_differs=not by_id and rules.disagree(lot.produced_on, named.produced_on),
        expires_differs=not by_id and rules.disagree(lot.expires_on, named.expires_on),
        case_contains=sizes.get(line.base.id),
    )
