"""The city's town in a database here: found, or loaded once and kept for later runs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from app.embedded.postgres import DATABASE
from scripts.bench.place import Place
from scripts.bench.sampling import Span

_LOTS = text("SELECT min(id), max(id) FROM lot")
_ROWS = text(
    "SELECT coalesce(sum(c.reltuples), 0)::bigint FROM pg_inherits i "
    "JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'entry'::regclass"
)


@dataclass(frozen=True, kw_only=True)
class Town:
    """A loaded town: its database, how many rows the book has, and which lots they are about."""

    database: str
    span: Span

    @property
    def rows(self) -> int:
        """The rows of the book, about."""
        return self.span.rows


def town_at(place: Place, database: str) -> Town:
    """The town in a database, looked at once: what is filed later does not belong to it."""
    known = place.remembered(database)
    if "span" not in known:
        with place.as_admin(database) as admin:
            admin.execute(text("VACUUM (ANALYZE) entry"))  # its visibility map, and its size
            first, last = admin.execute(_LOTS).one()
            rows = admin.scalar(_ROWS)
        known = {"span": {"first": first, "last": last, "rows": rows}}
        place.remember(database, **known)
    return Town(database=database, span=Span(**known["span"]))


def given_town(place: Place) -> Town:
    """The town that ``suyuan seed`` loaded into this data folder, brought up to date."""
    place.migrate(DATABASE)
    return town_at(place, DATABASE)
