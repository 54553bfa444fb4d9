"""Lots handed on under the seller's name: which lots may be in them, and what stops them.

Goods without a code and without a stated producer are one lot of their supplier when they come,
and one lot of the seller when they go. ALIAS rows link the two in the seller's hands (``Alias``);
a link counts only while the seller has an arrival of the source that is in force.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from sqlalchemy import text

from ledger.kernel.statements import Prepared, numbers
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import held_lots
from ledger.products.terms import Hold

# Everybody read as the same subject as ``row.op``: a merged party's rows keep its own number.
_ALL_OF_OP = """ARRAY(
    SELECT m.id FROM subject h JOIN subject m
        ON m.id = coalesce(h.merged_into, h.id) OR m.merged_into = coalesce(h.merged_into, h.id)
    WHERE h.id = row.op)"""
_ARRIVED = f"""EXISTS (
    SELECT FROM entry a WHERE a.lot = row.lot
        AND (a.kind = 3 AND a.op = ANY({_ALL_OF_OP})
             OR a.kind = 2 AND a.other = ANY({_ALL_OF_OP}))
        AND NOT EXISTS (SELECT FROM entry v WHERE v.kind = 10 AND v.lot = a.lot AND v.qty = a.id))
"""  # noqa: S608
_POOLS = text(f"""
    SELECT asked.op AS holder, row.lot AS source, row.other AS pool
    FROM unnest(CAST(:ops AS integer[]), CAST(:lots AS integer[])) AS asked (op, lot)
    JOIN entry row ON row.lot = asked.lot AND row.kind = 9 AND row.unit = 1
    WHERE asked.op = ANY({_ALL_OF_OP}) AND {_ARRIVED}
""")  # noqa: S608
_SOURCES = text(f"""
    SELECT asked.op AS holder, row.other AS source, row.lot AS pool
    FROM unnest(CAST(:ops AS integer[]), CAST(:lots AS integer[])) AS asked (op, lot)
    JOIN entry row ON row.lot = asked.lot AND row.kind = 9 AND row.unit = 2
    WHERE asked.op = ANY({_ALL_OF_OP})
""")  # noqa: S608
# All lots of one chain of pools share name and number: only holds on such lots can matter.
HELD = Prepared(
    "lots_held",
    "integer[], integer[]",
    """
    SELECT h.lot_id, false AS is_alike FROM lot_hold h
    WHERE h.lot_id = ANY($1) AND h.lifted_at IS NULL
    UNION
    SELECT h.lot_id, true FROM unnest($2) AS asked (lot)
    JOIN lot l ON l.id = asked.lot
    JOIN product p ON p.id = l.product_id AND p.gtin = '' AND p.in_store = ''
    JOIN lot_hold h ON h.alike = p.name_key || E'\\x1f' || l.lot_key
        AND h.lifted_at IS NULL AND h.alike <> ''
""",
)
_LED_TO = text(f"""
    WITH RECURSIVE down (held, lot) AS (
        SELECT lot, lot FROM unnest(CAST(:lots AS integer[])) AS lot
        UNION
        SELECT down.held, next.other FROM down CROSS JOIN LATERAL (
            SELECT row.other FROM entry row WHERE row.lot = down.lot AND row.kind = 9
                AND (row.unit = 0 OR row.unit = 1 AND {_ARRIVED})
            OFFSET 0) next
    ) SELECT held, lot FROM down
""")  # noqa: S608


class PoolLink(NamedTuple):
    """What ``holder`` received as ``source`` it may hand on as ``pool``."""

    holder: int
    source: int
    pool: int


class Stopped(NamedTuple):
    """The stop on a lot; ``is_mixed`` when another lot is stopped that may be in it."""

    hold: Hold
    is_mixed: bool


def pools_of(uow: UnitOfWork, pairs: Iterable[tuple[int, int]]) -> list[PoolLink]:
    """As what operators hand on lots they received; ``pairs`` are (operator, lot received)."""
    return _links(uow, _POOLS, pairs)


def sources_of(uow: UnitOfWork, pairs: Iterable[tuple[int, int]]) -> list[PoolLink]:
    """What may be in lots in an operator's hands; ``pairs`` are (operator, lot handed on)."""
    return _links(uow, _SOURCES, pairs)


def _links(uow: UnitOfWork, statement: Any, pairs: Iterable[tuple[int, int]]) -> list[PoolLink]:
    asked = sorted(set(pairs))
    if not asked:
        return []
    values = {"ops": [op for op, _ in asked], "lots": [lot for _, lot in asked]}
    return [PoolLink(*row) for row in uow.session.execute(statement, values)]


def stopped_lots(
    uow: UnitOfWork,
    lots: Iterable[int],
    links: Iterable[tuple[int, int]] = (),
    coded: AbstractSet[int] = frozenset(),
    stops: Sequence[Sequence[Any]] | None = None,
) -> dict[int, Stopped]:
    """The stops on lots, those of lots that may be in them included.

    ``links`` are (source, pool) that are not in the book yet; ``coded`` are lots known to be of
    goods with a code, which no other lot is like; ``stops`` what HELD answers of all these, where
    it was asked.
    """
    asked = set(lots)
    if not asked:
        return {}
    if stops is None:
        stops = HELD.rows(uow.session, *held_asked(asked, coded))
    if not stops:
        return {}
    held = {lot for lot, is_alike in stops if is_alike}
    led = _led_to(uow, held, list(links)) if held else {}
    holds = held_lots(uow, asked | held)
    found = {lot: Stopped(holds[lot], is_mixed=False) for lot in asked & holds.keys()}
    for lot in asked - found.keys():
        if causes := led.get(lot, set()) & holds.keys():
            found[lot] = Stopped(holds[min(causes)], is_mixed=True)
    return found


def held_asked(lots: Iterable[int], coded: AbstractSet[int]) -> tuple[str, str]:
    """What HELD wants: all lots, and those of them that others may be like."""
    ordered = sorted(lots)
    return numbers(ordered), numbers([lot for lot in ordered if lot not in coded])


def _led_to(uow: UnitOfWork, held: set[int], links: list[tuple[int, int]]) -> dict[int, set[int]]:
    """{lot: the stopped lots that may be in it}, followed through new links as well."""
    led: dict[int, set[int]] = defaultdict(set)
    for lot in held:
        led[lot].add(lot)
    fresh = set(held)
    while fresh:
        for row in uow.session.execute(_LED_TO, {"lots": sorted(fresh)}):
            led[row.lot] |= led[row.held]
        fresh = set()
        for source, pool in links:
            if not led.get(source, set()) <= led[pool]:
                led[pool] |= led[source]
                fresh.add(pool)
    return led
