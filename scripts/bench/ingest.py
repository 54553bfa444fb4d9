"""Bench ``ingest``: the town streamed into the book, beside raw COPY and a naive schema."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from app.town.rules.city import CityBatch
from scripts.bench.copying import copy_stream, packed
from scripts.bench.place import Place
from scripts.bench.results import Label, Report, measured
from scripts.bench.timing import FULL, Effort
from scripts.bench.town import Mark, Told, is_loaded, load, own_name, stream

WHOLE_MAX = 10_000_000  # a larger town is loaded once and its figure is of three thirds
NAIVE_ROWS = 30_000
_SPARE = "bench_ingest"
_RIVALS = "bench_rivals"
_COLUMNS = ("qty", "lot", "ts", "op", "other", "doc", "kind", "unit", "precision", "flags")
_RAW = (
    "CREATE TABLE raw_entry (id bigint, qty bigint, lot int, ts int, op int, other int, doc int, "
    "kind smallint, unit smallint, precision smallint, flags smallint)"
)
_NAIVE = (
    "CREATE TABLE naive_operator (id bigint PRIMARY KEY)",
    "CREATE TABLE naive_lot (id bigint PRIMARY KEY)",
    """CREATE TABLE naive_entry (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        lot_id bigint NOT NULL REFERENCES naive_lot,
        operator_id bigint NOT NULL REFERENCES naive_operator,
        other_id bigint NOT NULL REFERENCES naive_operator,
        at timestamptz NOT NULL, quantity numeric NOT NULL, document bigint, kind smallint)""",
    "CREATE INDEX ON naive_entry (lot_id)",
    "CREATE INDEX ON naive_entry (operator_id)",
    "CREATE INDEX ON naive_entry (other_id)",
    "CREATE INDEX ON naive_entry (at)",
    "CREATE INDEX ON naive_entry (document)",
)
_SIZES = text("""
    SELECT coalesce(ix.relname, 'heap') AS part, sum(pg_relation_size(c.oid))::bigint AS bytes
    FROM (
        SELECT inhrelid AS oid, NULL::oid AS ix FROM pg_inherits WHERE inhparent = 'entry'::regclass
        UNION ALL
        SELECT i.inhrelid, i.inhparent FROM pg_inherits i
        JOIN pg_index x ON x.indexrelid = i.inhparent WHERE x.indrelid = 'entry'::regclass
    ) c LEFT JOIN pg_class ix ON ix.oid = c.ix GROUP BY 1 ORDER BY 2 DESC
""")
_ENTRIES = text("SELECT count(*) FROM entry")
_WORDS = {
    "town": ("城镇流入台账：全部索引、叶散列", "town into the book: all indexes, leaf hashes"),
    "town_two_writers": ("同上，两个写入者", "the same, two writers"),
    "raw_copy": ("同一客户端的裸 COPY，无索引", "raw COPY by the same client, no index"),
    "naive": ("普通表：主键、五个索引、三个外键", "naive schema: key, 5 indexes, 3 foreign keys"),
}


@dataclass(kw_only=True)
class Bench:
    """One run: fresh databases, of which the last is kept as the town where there was none."""

    place: Place
    entries: int
    told: Told
    keep: bool = True
    effort: Effort = FULL
    report: Report = field(init=False)

    def run(self) -> Report:
        """Measure everything, ours and raw COPY by turns."""
        self.report = Report(bench="ingest", entries=self.entries)
        found = self._small() if self.entries <= WHOLE_MAX else self._large()
        found["naive"] = [
            self._beside(";".join(_NAIVE), self._naive) for _ in range(self.effort.repetitions)
        ]
        for name, rates in found.items():
            zh, en = _WORDS[name]
            self.report.add(measured(Label(name=name, zh=zh, en=en, unit="rows/s"), rates))
        for name in found.keys() - {"raw_copy"}:
            self.report.compare(name, "raw_copy")
        self._say()
        self._bytes()
        self._keep()
        return self.report

    def _small(self) -> dict[str, list[float]]:
        """Three loads with one writer and with two, and raw COPY, by turns, of data made before."""
        batches = list(stream(self.entries))
        found: dict[str, list[float]] = {"raw_copy": [], "town": [], "town_two_writers": []}
        for _ in range(self.effort.repetitions):
            found["raw_copy"].append(self._beside(_RAW, lambda it: _raw(it, batches)))
            for name, writers in (("town", 1), ("town_two_writers", 2)):
                marks = load(self.place, _SPARE, batches, self.told, writers=writers)
                found[name] += _rates(marks, 1)
        return found

    def _large(self) -> dict[str, list[float]]:
        """One load whose thirds are the samples, and raw COPY of its beginning."""
        raw = self._raw_of(list(stream(WHOLE_MAX)))
        marks = load(self.place, _SPARE, stream(self.entries), self.told, writers=2)
        return {"raw_copy": raw, "town_two_writers": _rates(marks, 3)}

    def _raw_of(self, batches: list[CityBatch]) -> list[float]:
        return [
            self._beside(_RAW, lambda it: _raw(it, batches)) for _ in range(self.effort.repetitions)
        ]

    def _say(self) -> None:
        part = min(self.entries, NAIVE_ROWS)
        self.report.note(
            f"普通表只装前 {part:,} 行。",
            f"The naive schema holds the first {part:,} rows.",
        )
        if self.entries > WHOLE_MAX:
            self.report.note(
                f"城镇只装一次，三段各为一个样本，含生成数据；裸 COPY 只装前 {WHOLE_MAX:,} 行。",
                "The town was loaded once, its thirds are the samples, and making its rows is in "
                f"them; raw COPY took the first {WHOLE_MAX:,} rows.",
            )

    def _beside(self, schema: str, work: Callable[[Any], float]) -> float:
        self.place.make(_RIVALS)
        try:
            with self.place.raw(_RIVALS) as connection:
                connection.cursor().execute(schema)
                connection.commit()
                return work(connection)
        finally:
            self.place.drop(_RIVALS)

    def _naive(self, connection: Any) -> float:
        """Rows a second of a part, given as text that was made ready before."""
        rows = _first(min(self.entries, NAIVE_ROWS))
        used = rows["kind"] == 4  # its other is a lot; a naive schema has no place for that
        other = np.where(used, rows["op"], rows["other"])
        with connection.cursor() as cursor:
            for table, ids in (
                ("naive_operator", np.union1d(rows["op"], other)),
                ("naive_lot", np.unique(rows["lot"])),
            ):
                cursor.copy_expert(f"COPY {table} FROM STDIN", _lines([ids]))
            connection.commit()
            at = rows["ts"].astype("datetime64[s]")
            named = "lot_id, operator_id, other_id, at, quantity, document, kind"
            columns = [rows["lot"], rows["op"], other, at, rows["qty"], rows["doc"], rows["kind"]]
            given = _lines(columns)
            begun = time.perf_counter()
            cursor.copy_expert(f"COPY naive_entry ({named}) FROM STDIN", given)
            connection.commit()
        return len(rows) / (time.perf_counter() - begun)

    def _bytes(self) -> None:
        """Bytes an entry of the last load, part by part."""
        with self.place.as_admin(_SPARE) as admin:
            rows = admin.scalar(_ENTRIES) or 1
            parts = admin.execute(_SIZES).all()
        total = sum(part.bytes for part in parts) / rows
        self.report.add(
            measured(
                Label(
                    name="bytes_total",
                    zh="每行字节：堆加全部索引",
                    en="bytes a row: heap and all indexes",
                    unit="bytes",
                ),
                [total],
                low_is_good=True,
            )
        )
        for part in parts:
            name, share = part.part, part.bytes / rows
            label = Label(
                name=f"bytes_{name}",
                zh=f"其中 {name}",
                en=f"of it {name}",
                unit="bytes",
            )
            self.report.add(measured(label, [share], low_is_good=True))

    def _keep(self) -> None:
        """The last load becomes the town, where there is none and it is wanted."""
        if self.keep and not is_loaded(self.place, self.entries):
            name = own_name(self.entries)
            self.place.rename(_SPARE, name)
            self.place.remember(name, loaded=True, span=None, keys={})
        else:
            self.place.drop(_SPARE)


def _raw(connection: Any, batches: list[CityBatch]) -> float:
    """Rows a second: packed and copied by this client in the town's own batches."""
    done, begun = 0, time.perf_counter()
    for batch in batches:
        columns = {name: batch.rows[name] for name in _COLUMNS}
        columns["id"] = np.arange(done, done + len(batch.rows), dtype=np.int64)
        copy_stream(connection, "raw_entry", tuple(columns), packed(columns))
        connection.commit()
        done += len(batch.rows)
    return done / (time.perf_counter() - begun)


def _rates(marks: list[Mark], parts: int) -> list[float]:
    """Rows a second of the whole, or of so many parts of about the same number of batches."""
    ends = [marks[len(marks) * (part + 1) // parts - 1] for part in range(parts)]
    begins = [Mark(rows=0, seconds=0.0), *ends]
    return [
        (end.rows - begin.rows) / (end.seconds - begin.seconds)
        for begin, end in zip(begins, ends, strict=False)
    ]


def _first(count: int) -> npt.NDArray[Any]:
    found, parts = 0, []
    for batch in stream(count):
        parts.append(batch.rows)
        found += len(batch.rows)
        if found >= count:
            break
    return np.concatenate(parts)[:count]


def _lines(columns: list[npt.NDArray[Any]]) -> BytesIO:
    """Columns as the lines COPY reads."""
    texts = [column.astype(str).tolist() for column in columns]
    return BytesIO("\n".join("\t".join(line) for line in zip(*texts, strict=True)).encode())
