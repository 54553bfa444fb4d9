"""Which lots are traced: classes by how many holders are downstream, sampled from the book itself.

Sizes are counted by a query of this file's own, so that no implementation chooses its own lots.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from sqlalchemy import Engine, text

from scripts.bench.place import Place

CLASSES = {"small": (1, 20), "typical": (21, 300), "large": (1_000, 4_999), "huge": (5_000, 10**9)}
_LOTS_MAX = {"small": 200, "typical": 200, "large": 60, "huge": 60}
_RANDOM = 600
_CANDIDATES = 150
_ROWS_LOOKED_AT = 300_000
_SIZE = text("""
WITH RECURSIVE l(lot) AS (
    SELECT cast(:lot AS int)
    UNION
    SELECT d.other FROM l CROSS JOIN LATERAL
        (SELECT other FROM entry d WHERE d.lot = l.lot AND d.kind = 4 OFFSET 0) d
)
SELECT count(*) FROM (
    SELECT DISTINCT l.lot, who FROM l CROSS JOIN LATERAL
        (SELECT op, CASE kind WHEN 2 THEN other ELSE op END AS partner
         FROM entry e WHERE e.lot = l.lot OFFSET 0) e
    CROSS JOIN LATERAL (VALUES (e.op), (e.partner)) one(who)
) holders
""")
_MANY_ROWS = text("""
SELECT lot FROM entry TABLESAMPLE SYSTEM (:percent) REPEATABLE (1)
WHERE lot BETWEEN :first AND :last GROUP BY lot ORDER BY count(*) DESC LIMIT :count
""")
_MANY_USES = text("""
SELECT lot FROM entry WHERE kind = 4 AND lot BETWEEN :first AND :last
GROUP BY lot ORDER BY count(*) DESC LIMIT :count
""")


@dataclass(frozen=True, kw_only=True)
class Span:
    """A run of lots of the town and how many rows the book has of it, about."""

    first: int
    last: int
    rows: int

    def part(self, rows: int) -> Span:
        """The beginning of it that has about so many rows."""
        if self.rows <= rows:
            return self
        count = (self.last - self.first + 1) * rows // self.rows
        return Span(first=self.first, last=self.first + count - 1, rows=rows)


Sample = dict[str, list[int]]


def sample_of(place: Place, engine: Engine, database: str, span: Span) -> Sample:
    """Lots by class, sampled once per town and span and written down for every other bench."""
    name = f"sample {span.first}-{span.last}"
    known: Sample | None = place.remembered(database).get(name)
    if known is None:
        known = sampled(engine, span)
        place.remember(database, **{name: known})
    return known


def sampled(engine: Engine, span: Span) -> Sample:
    """Lots by class, from the first nine tenths of a span: the last may still be on their way."""
    random = Random(span.rows)  # noqa: S311 - the same lots again in the next run
    last = span.first + (span.last - span.first) * 9 // 10
    found: Sample = {name: [] for name in CLASSES}
    with engine.connect() as connection:
        percent = min(100.0, 100.0 * _ROWS_LOOKED_AT / max(1, span.rows))
        where = {"first": span.first, "last": last, "count": _CANDIDATES}
        wide = connection.scalars(_MANY_ROWS, {**where, "percent": percent}).all()
        used = connection.scalars(_MANY_USES, where).all()
        plain = random.sample(range(span.first, last + 1), min(_RANDOM, last - span.first + 1))
        for lot in dict.fromkeys([*plain, *wide, *used]):
            size = connection.scalar(_SIZE, {"lot": lot}) or 0
            for name, (least, most) in CLASSES.items():
                if least <= size <= most and len(found[name]) < _LOTS_MAX[name]:
                    found[name].append(lot)
    return found
