"""What a merger of two subjects means for goods: those of the party are the subject's."""

from __future__ import annotations

from sqlalchemy import text

from ledger.kernel.uow import UnitOfWork
from ledger.products.services.known import change_packs
from ledger.products.services.packs import same_goods_of
from ledger.products.terms import SameGoods

_RENAME = text("""
    UPDATE lot SET lot_key = CAST(:new AS text) || substr(lot.lot_key, length(:old) + 1)
    FROM product p
    WHERE p.producer_id = :party AND lot.product_id = p.id
        AND (starts_with(lot.lot_key, :old || '#') OR starts_with(lot.lot_key, :old || '@'))
        AND NOT EXISTS (
            SELECT FROM lot twin WHERE twin.product_id = lot.product_id
                AND twin.lot_key = :new || substr(lot.lot_key, length(:old) + 1))
""")
# The same goods under two producers that turn out to be one: the party's stand for the subject's.
_TWINS = text("""
    UPDATE product SET base_id = coalesce(own.base_id, own.id), contains = own.contains
    FROM product own
    WHERE product.producer_id = :party AND own.producer_id = :into
        AND product.name_key = own.name_key AND product.base_id IS NULL
        AND product.gtin = '' AND product.in_store = '' AND own.gtin = '' AND own.in_store = ''
    RETURNING product.id
""")
_ADOPT = text("""
    UPDATE product SET producer_id = :into
    WHERE producer_id = :party AND NOT (base_id IS NOT NULL AND gtin = '' AND in_store = '')
""")


def adopt_products(uow: UnitOfWork, *, party_id: int, subject_id: int) -> SameGoods:
    """Make the goods of a merged party the subject's; pairs of lots that are now the same goods.

    The book itself is not touched. Goods both had under one name stay two products, one standing
    for the other. Lots keyed by the party as supplier are keyed by the subject.
    """
    change_packs(uow)
    who = {"party": party_id, "into": subject_id}
    keys = {"old": f"S:{party_id}", "new": f"S:{subject_id}"}
    uow.session.execute(_RENAME, {"party": party_id, **keys})
    twins = list(uow.session.execute(_TWINS, who).scalars())
    uow.session.execute(_ADOPT, who)
    return same_goods_of(uow, twins) if twins else ()
