"""The one bulk way into the records: subjects, revisions and duplicates are found set-wise.

Nothing here reads what an agency wrote; ``rules.columns`` has done that.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from sqlalchemy import text

from app.credit.records import errors
from app.credit.records.rules.columns import Block
from app.credit.records.rules.identity import digest_of, own_id, parted, revision_of
from app.credit.records.terms import REVISION_MAX, EventKind, Item
from ledger.kernel.copying import copy_lines
from ledger.kernel.errors import Refusal
from ledger.kernel.statements import numbers
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import ids_by_usccs

FACT_SUBJECTS = 500
"""Subjects a fact names at most; more are told in several."""
_COLUMNS = (
    "subject_id",
    "upload_id",
    "id",
    "recorded_at",
    "decided_on",
    "item_id",
    "agency_id",
    "by_item",
    "said",
)
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
# Planned each time, by the size the table has then: what is planned once stays as it was while
# one file fills an empty table.
_FOUND = text(f"""
    SELECT a.place - 1 AS place, r.id, r.decided_on, r.said
    FROM unnest(CAST(:subjects AS integer[]), CAST(:ids AS bigint[]))
        WITH ORDINALITY AS a (subject, own, place)
    JOIN credit_record r ON r.subject_id = a.subject AND r.item_id = :item
        AND r.agency_id = :agency AND r.id BETWEEN a.own AND a.own + {REVISION_MAX}
    ORDER BY r.id
""")  # noqa: S608 - a number of our own
_WAITING = text("""
    INSERT INTO credit_pending (upload_id, agency_id, item_id, uscc, name, digest, raw, at)
    SELECT :upload, :agency, :item, uscc, name, digest, raw, :at
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS given (uscc text, name text, digest bigint, raw jsonb)
    ON CONFLICT (agency_id, item_id, uscc, digest) DO NOTHING
    RETURNING id
""")
_EVENTS = text("""
    INSERT INTO credit_record_event
        (subject_id, record_id, kind, at, account_id, agency_id, reason, basis, about)
    SELECT subject, record, :kind, :at, :account, :agency, '', '', ''
    FROM unnest(CAST(:subjects AS integer[]), CAST(:records AS bigint[])) AS x (subject, record)
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Good rows of one item by one agency, and the upload they came with."""

    item: Item
    agency_id: int
    upload_id: int
    rows: Block


@dataclass(slots=True, kw_only=True)
class Put:
    """What became of a batch; ``faults`` are rows that could not be kept after all, by place."""

    added: int = 0
    corrected: int = 0
    duplicate: int = 0
    pending: int = 0
    subjects: Collection[int] = ()
    faults: dict[int, Refusal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A revision as it is kept, or is about to be."""

    id: int
    day: str
    said: str


def put_rows(uow: UnitOfWork, batch: Batch, known: dict[str, int] | None = None) -> Put:
    """Keep rows: new records, further revisions of changed ones, rows without a subject apart.

    An identical row adds nothing. ``known`` are ids by USCC met before, added to here. Two units
    that keep the same record at once lose the race but for one (UnitOfWork repeats them).
    Announces: record.submitted.
    """
    rows, put = batch.rows, Put()
    ids = _subjects(uow, rows.usccs, {} if known is None else known)
    subjects = list(map(ids.get, rows.usccs))
    places: Sequence[int] = range(len(subjects))
    if None in subjects:
        nobody = [place for place, one in enumerate(subjects) if one is None]
        put.pending = _keep_waiting(uow, batch, nobody)
        put.duplicate = len(nobody) - put.pending
        places = [place for place, one in enumerate(subjects) if one is not None]
    if places:
        _keep(uow, batch, _Rows(batch, subjects, places), put)
    return put


def _subjects(uow: UnitOfWork, usccs: Sequence[str], known: dict[str, int]) -> Mapping[str, int]:
    strange = set(usccs).difference(known)
    if strange:
        known |= ids_by_usccs(uow, strange)
    return known


class _Rows:
    """The rows of a batch whose subjects are on file, as columns."""

    def __init__(self, batch: Batch, subjects: Sequence[int | None], places: Sequence[int]) -> None:
        rows = batch.rows
        whole = len(places) == len(subjects)
        self.places = places
        self.subjects = [subjects[place] or 0 for place in places]
        self.ids: list[int] = (rows.ids if whole else rows.ids[list(places)]).tolist()
        self.days = rows.days if whole else [rows.days[place] for place in places]
        self.said = rows.said if whole else [rows.said[place] for place in places]

    def repeated(self) -> set[int]:
        """The rows that name the same record as another one of the batch."""
        named = np.array(self.ids) ^ (np.array(self.subjects, np.int64) << 20)
        order = np.argsort(named, kind="stable")
        same = named[order][1:] == named[order][:-1]
        return set(order[1:][same].tolist()) | set(order[:-1][same].tolist())


def _keep(uow: UnitOfWork, batch: Batch, rows: _Rows, put: Put) -> None:
    found = {
        place: _Kept(stored, day.isoformat(), said)
        for place, stored, day, said in uow.session.execute(
            _FOUND,
            {
                "subjects": numbers(rows.subjects),
                "ids": numbers(rows.ids),
                "item": batch.item.id,
                "agency": batch.agency_id,
            },
        )
    }  # of several revisions the newest is the last
    looked_at = sorted(rows.repeated() | found.keys())
    left_out, corrected = _settled(batch, rows, looked_at, found, put)
    if left_out:
        kept = [place for place in range(len(rows.ids)) if place not in left_out]
        rows.subjects = [rows.subjects[place] for place in kept]
        rows.ids = [rows.ids[place] for place in kept]
        rows.days = [rows.days[place] for place in kept]
        rows.said = [rows.said[place] for place in kept]
    put.corrected = len(corrected)
    put.added = len(rows.ids) - put.corrected
    put.subjects = set(rows.subjects)
    copy_records(uow, batch, rows.subjects, rows.ids, rows.days, rows.said)
    _note_corrected(uow, batch, corrected)
    announce_submitted(uow, batch, put.subjects)


def _settled(
    batch: Batch, rows: _Rows, looked_at: Sequence[int], found: Mapping[int, _Kept], put: Put
) -> tuple[set[int], list[tuple[int, int]]]:
    """Settle rows about records that are there already: duplicates and further revisions.

    Changes ``rows.ids`` to those of revisions. The places to leave out, and (subject, own id) of
    what was corrected.
    """
    latest: dict[tuple[int, int], _Kept] = {}
    left_out: set[int] = set()
    corrected = []
    for place in looked_at:
        named = rows.subjects[place], rows.ids[place]
        before = latest.get(named) or found.get(place)
        day, said = rows.days[place], rows.said[place]
        if before is None:
            latest[named] = _Kept(rows.ids[place], day, said)
        elif (before.day, before.said) == (day, said):
            put.duplicate += 1
            left_out.add(place)
        elif revision_of(before.id) == REVISION_MAX:
            at = batch.rows.places[rows.places[place]]
            put.faults[at] = errors.RevisedTooOften(
                field=batch.item.key[0] if batch.item.key else "", limit=REVISION_MAX
            )
            left_out.add(place)
        else:
            rows.ids[place] = before.id + 1
            latest[named] = _Kept(before.id + 1, day, said)
            corrected.append(named)
    return left_out, corrected


def copy_records(
    uow: UnitOfWork,
    batch: Batch,
    subjects: Sequence[int],
    ids: Sequence[int],
    days: Sequence[str],
    said: Sequence[str],
) -> None:
    """Copy revisions into the table; whoever calls has settled that none of them is there."""
    if not ids:
        return
    whole = "".join(said)
    if any(mark in whole for mark in "\\\t\n\r"):
        said = [one.translate(_ESCAPED) for one in said]
    before = f"\t{batch.upload_id}\t"
    at = f"\t{uow.now.isoformat()}\t"
    item = batch.item
    after = f"\t{item.id}\t{batch.agency_id}\t{'t' if item.by_item else 'f'}\t"
    lines = [
        f"{subject}{before}{stored}{at}{day}{after}{one}"
        for subject, stored, day, one in zip(subjects, ids, days, said, strict=True)
    ]
    copy_lines(uow.session, "credit_record", _COLUMNS, lines)


def _keep_waiting(uow: UnitOfWork, batch: Batch, places: Sequence[int]) -> int:
    """Keep rows nobody's subject answers to; how many were not waiting already."""
    rows, item = batch.rows, batch.item
    kept = {}
    for place in places:
        uscc, day, said = rows.usccs[place], rows.days[place], rows.said[place]
        digest = digest_of(f"{rows.ids[place]}{day}{said}")
        kept[uscc, digest] = {
            "uscc": uscc,
            "name": rows.names[place],
            "digest": digest,
            "raw": parted(item, said, uscc, date.fromisoformat(day)),
        }
    said_to = {
        "upload": batch.upload_id,
        "agency": batch.agency_id,
        "item": item.id,
        "at": uow.now,
        "rows": json.dumps(list(kept.values()), ensure_ascii=False),
    }
    return len(uow.session.execute(_WAITING, said_to).all())


def _note_corrected(uow: UnitOfWork, batch: Batch, corrected: Sequence[tuple[int, int]]) -> None:
    if corrected:
        uow.session.execute(
            _EVENTS,
            {
                "kind": EventKind.CORRECTED.value,
                "at": uow.now,
                "account": uow.actor.account_id,
                "agency": batch.agency_id,
                "subjects": [subject for subject, _ in corrected],
                "records": [own_id(record) for _, record in corrected],
            },
        )


def announce_submitted(uow: UnitOfWork, batch: Batch, subjects: Iterable[int]) -> None:
    """Say about whom there is something new, some hundred subjects a fact."""
    named = sorted(subjects)
    uow.announce_each(
        "record.submitted",
        [
            {
                "item": batch.item.code,
                "agency_id": batch.agency_id,
                "subjects": named[at : at + FACT_SUBJECTS],
            }
            for at in range(0, len(named), FACT_SUBJECTS)
        ],
    )
