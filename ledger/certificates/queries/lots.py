"""Which papers lots need, which they have, and whether that is all of them (L04)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import text

from ledger.certificates import rules
from ledger.certificates.rules import Goods
from ledger.certificates.terms import CertificateKind
from ledger.entries.queries import same_lots
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import is_agricultural, lots_by_ids, products_by_ids
from ledger.subjects.queries import subjects_by_ids

_HOME = frozenset({"", "CN", "CHN", "中国"})
_PAPERS = text("""
    SELECT t.target_id AS lot, c.kind FROM certificate_target t
    JOIN certificate c ON c.id = t.certificate_id
    WHERE t.target = 'lot' AND t.target_id = ANY(CAST(:lots AS integer[]))
      AND NOT EXISTS (SELECT FROM certificate_withdrawal w WHERE w.certificate_id = c.id)
      AND NOT EXISTS (SELECT FROM certificate n WHERE n.replaces = c.id)
""")

Needs = tuple[frozenset[CertificateKind], ...]


def needs_of_lots(uow: UnitOfWork, lots: Iterable[int]) -> dict[int, Needs]:
    """{lot: the papers it needs, one of each set}; unknown lots are left out."""
    found = lots_by_ids(uow, lots)
    products = products_by_ids(uow, {lot.product_id for lot in found.values()})
    makers = {
        lot.id: lot.producer_id or products[lot.product_id].producer_id or 0
        for lot in found.values()
    }
    producers = subjects_by_ids(uow, set(makers.values()) - {0}, papers=False)
    needs = {}
    for lot in found.values():
        product, maker = products[lot.product_id], producers.get(makers[lot.id])
        country = maker.country.strip().upper() if maker else ""
        needs[lot.id] = rules.needs_of(
            Goods(
                category=product.category,
                name=product.name,
                agricultural=lot.key.startswith("S:") or is_agricultural(product.category),
                imported=country not in _HOME,
            )
        )
    return needs


def lots_proven(uow: UnitOfWork, lots: Iterable[int]) -> tuple[set[int], set[int]]:
    """Lots as (those whose standing certificates are all they need, those whose are not).

    A lot filed by the case and by the piece is the same goods: papers of one count for the other,
    and both are in the answer.
    """
    families = same_lots(uow, lots)
    everyone = {lot for family in families for lot in family}
    needs = needs_of_lots(uow, everyone)
    kinds: dict[int, set[CertificateKind]] = defaultdict(set)
    for row in uow.session.execute(_PAPERS, {"lots": sorted(everyone)}):
        kinds[row.lot].add(CertificateKind(row.kind))
    proven: set[int] = set()
    for family in families:
        have = {kind for lot in family for kind in kinds[lot]}
        if any(lot in needs and rules.proves(have, needs[lot]) for lot in family):
            proven |= family
    return proven, everyone - proven
