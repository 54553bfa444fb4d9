"""The city's town in a database here: found, or loaded once and kept for later runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from app.embedded.postgres import DATABASE
from app.processes.collecting import collect_rarely
from app.town import services
from app.town.cli import Part, file_parts
from app.town.rules.city import DAYS_MAX, OPERATORS, CityBatch, city_batches, whole_entries
from app.town.services import Directory
from ledger.kernel.moment import moment_of
from scripts.bench.place import Place
from scripts.bench.sampling import Span

LAST_DAY = date(2026, 6, 30)  # the same town on every day it is loaded
_FIRMS = "bench_firms"
_FIRMS_PER_UNIT = 2_000
_LOTS = text("SELECT min(id), max(id) FROM lot")
_ROWS = text(
    "SELECT coalesce(sum(c.reltuples), 0)::bigint FROM pg_inherits i "
    "JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'entry'::regclass"
)
Told = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Town:
    """A loaded town: its database, how many rows the book has, and which lots they are about."""

    database: str
    span: Span

    @property
    def rows(self) -> int:
        """The rows of the book, about."""
        return self.span.rows


@dataclass(frozen=True, kw_only=True)
class Mark:
    """So many rows were in the book after so many seconds."""

    rows: int
    seconds: float


def own_name(entries: int) -> str:
    """The database of the town of so many entries."""
    return f"bench_town_{entries}"


def town_at(place: Place, database: str) -> Town:
    """The town in a database, looked at once: what is filed later does not belong to it."""
    known = place.remembered(database)
    if not known.get("span"):
        with place.as_admin(database) as admin:
            admin.execute(text("VACUUM (ANALYZE)"))  # visibility for index-only scans, and sizes
            first, last = admin.execute(_LOTS).one()
            rows = admin.scalar(_ROWS)
        known = {"span": {"first": first, "last": last, "rows": rows}}
        place.remember(database, **known)
    return Town(database=database, span=Span(**known["span"]))


def given_town(place: Place) -> Town:
    """The town that ``suyuan seed`` loaded into this data folder, brought up to date."""
    place.migrate(DATABASE)
    return town_at(place, DATABASE)


def own_town(place: Place, entries: int, told: Told) -> Town:
    """The town of so many entries, loaded where it is not here yet."""
    name = own_name(entries)
    if not is_loaded(place, entries):
        load(place, name, stream(entries), told, writers=2)
    place.migrate(name)
    return town_at(place, name)


def is_loaded(place: Place, entries: int) -> bool:
    """Whether the town of so many entries is here, to its end."""
    name = own_name(entries)
    return place.has(name) and bool(place.remembered(name).get("loaded"))


def stream(entries: int) -> Iterator[CityBatch]:
    """The town's batches up to so many rows, the last one cut where an entry ends."""
    start, reached = moment_of(LAST_DAY - timedelta(days=DAYS_MAX)).seconds, 0
    for batch in city_batches(start=start):
        end = whole_entries(batch.rows, entries - reached)
        reached += end
        yield replace(batch, rows=batch.rows[:end])
        if reached >= entries:
            return


def load(
    place: Place,
    database: str,
    batches: Iterable[CityBatch],
    told: Told,
    *,
    writers: int = 1,
) -> list[Mark]:
    """Put the town into a new database that knows its firms, as ``suyuan seed`` does.

    Opening lots and foods, resolving, hashing, writing and committing are in the seconds. What was
    interrupted is begun anew.
    """
    collect_rarely()
    firms = _firms(place, told)
    place.make(database, template=_FIRMS)
    place.remember(database, loaded=False, span=None, keys={})
    with place.shell(database) as shell:
        with shell.unit() as uow:
            platform = services.settle_platform(uow)
        directory, begun = Directory(firms, platform), time.perf_counter()
        marks = [
            Mark(rows=part.reached, seconds=time.perf_counter() - begun)
            for part, _new in file_parts(shell, directory, _whole(batches), writers)
        ]
        told(f"{database}: {marks[-1].rows:,}")
    place.remember(database, loaded=True)
    return marks


def _whole(batches: Iterable[CityBatch]) -> Iterator[Part]:
    reached = 0
    for batch in batches:
        reached += len(batch.rows)
        yield Part(batch, 0, len(batch.rows), reached)


def _firms(place: Place, told: Told) -> npt.NDArray[np.int32]:
    """The ids of the city's firms, registered once in a database that others are copied from."""
    known: list[Any] = place.remembered(_FIRMS).get("ids", [])
    if not place.has(_FIRMS) or not known:
        known = []
        place.make(_FIRMS)
        place.migrate(_FIRMS)
        with place.shell(_FIRMS) as shell:
            for first in range(0, OPERATORS, _FIRMS_PER_UNIT):
                count = min(_FIRMS_PER_UNIT, OPERATORS - first)
                with shell.unit() as uow:
                    known += services.settle_city_firms(uow, first, count)
                told(f"firms: {first + count:,} / {OPERATORS:,}")
        place.remember(_FIRMS, ids=known)
    place.migrate(_FIRMS)
    return np.array(known, np.int32)
