"""Records as an agency submits them in one request: read, kept, reported on row by row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, update

from app.credit.records import errors
from app.credit.records.model import UploadRefusalRow, UploadRow
from app.credit.records.queries.catalogue import agency_by_code, agency_of, catalogue, provides
from app.credit.records.rules.columns import Block, ItemReader
from app.credit.records.rules.timeliness import timely_since
from app.credit.records.services.writing import Batch, Put, put_rows
from app.credit.records.terms import (
    Agency,
    Channel,
    Item,
    Report,
    RowRefused,
    SubmitRows,
    UploadState,
)
from ledger.kernel.actor import Role
from ledger.kernel.errors import Refusal
from ledger.kernel.uow import UnitOfWork

ROWS_MAX = 5_000  # rows of one request; more come as a file
SAID_MAX = 32_767  # characters of a cell that are kept of a refused row: all a spreadsheet holds
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")  # PostgreSQL keeps no NUL and no half characters


def submit_rows(uow: UnitOfWork, command: SubmitRows) -> Report:
    """Take records of one item; good rows are kept, each other one is named with its reason.

    The same rows again add nothing. Refuses: NotPermitted, UnknownItem, ItemNotInForce,
    NotAnAgency, UnknownAgency, NotYourItem, TooManyRows. Announces: record.submitted.
    """
    uow.actor.require("record.submit")
    if len(command.rows) > ROWS_MAX:
        raise errors.TooManyRows(limit=ROWS_MAX, count=len(command.rows))
    agency, item = provider_of(uow, command.agency, command.item)
    rows = read_rows(item, agency, command.rows, uow)
    if command.check_only:
        return _report(0, rows, Put(added=len(rows.places)))
    upload_id = _noted(uow, command, agency, item)
    put = put_rows(uow, Batch(item=item, agency_id=agency.id, upload_id=upload_id, rows=rows))
    faults = {**rows.faults, **put.faults}
    keep_refused(uow, upload_id, [(at, one, command.rows[at]) for at, one in faults.items()])
    figures = figures_of(item, rows, put, uow)
    uow.session.execute(update(UploadRow).where(UploadRow.id == upload_id).values(**figures))
    uow.audit("record.submit", f"upload:{upload_id}", item=item.code, rows=rows.count)
    return _report(upload_id, rows, put)


def provider_of(uow: UnitOfWork, agency: str, item: str) -> tuple[Agency, Item]:
    """The agency that submits and the item as it is in force.

    Refuses: NotAnAgency, UnknownAgency, UnknownItem, ItemNotInForce, NotYourItem.
    """
    house = uow.actor.role in (Role.ADMIN, Role.SYSTEM)
    meant = agency_by_code(uow, agency) if agency and house else agency_of(uow)
    found = catalogue(uow).item(item, uow.today)
    if (agency and meant.code != agency) or not provides(found, meant):
        raise errors.NotYourItem(item=found.code, agency=agency or meant.code)
    return meant, found


def read_rows(
    item: Item, agency: Agency, rows: Sequence[Mapping[str, str]], uow: UnitOfWork
) -> Block:
    """Rows given by field name as columns; one with a field the item does not have is faulty."""
    known = {one.name for one in item.fields}
    places = {one.name: place for place, one in enumerate(item.fields)}
    wide = [[row.get(one.name, "") for row in rows] for one in item.fields]
    strays: dict[int, Refusal] = {}
    for at, row in enumerate(rows):
        if stray := next((name for name in row if name not in known), ""):
            strays[at] = errors.UnknownColumn(field=stray[:60], name=stray[:60])
    return ItemReader(item, agency.id, places, uow.today).read(wide, len(rows), strays)


def _noted(uow: UnitOfWork, command: SubmitRows, agency: Agency, item: Item) -> int:
    made = insert(UploadRow).values(
        agency_id=agency.id,
        item_id=item.id,
        account_id=uow.actor.account_id,
        channel=Channel(command.channel).value,
        name=command.name[:200],
        state=UploadState.DONE.value,
        at=uow.now,
        updated_at=uow.now,
        finished_at=uow.now,
        total=len(command.rows),
    )
    return int(uow.session.execute(made.returning(UploadRow.id)).scalar_one())


def figures_of(item: Item, rows: Block, put: Put, uow: UnitOfWork) -> dict[str, int]:
    """What became of rows, as the columns of their upload count it."""
    since = timely_since(item.cycle, uow.today).isoformat()
    return {
        "added": put.added,
        "corrected": put.corrected,
        "duplicate": put.duplicate,
        "pending": put.pending,
        "refused": len(rows.faults) + len(put.faults),
        "complete": rows.filled,
        "timely": sum(day >= since for day in rows.days),
    }


def keep_refused(
    uow: UnitOfWork, upload_id: int, refused: Sequence[tuple[int, Refusal, Mapping[str, Any]]]
) -> None:
    """Keep rows that were not taken: (number, why, the row as it was sent) each."""
    if refused:
        uow.session.execute(
            insert(UploadRefusalRow),
            [
                {
                    "upload_id": upload_id,
                    "row": number,
                    "column": _kept(why.field or ""),
                    "code": why.code,
                    "params": plain(why.params),
                    "raw": {_kept(name): _kept(str(said))[:SAID_MAX] for name, said in raw.items()},
                }
                for number, why, raw in refused
            ],
        )


def plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as JSON can carry them."""
    return {
        name: said if isinstance(said, (int, list)) else _kept(str(said))
        for name, said in params.items()
    }


def _kept(text: str) -> str:
    """A text of a faulty row as it can be kept: one row's NUL must not cost the whole file."""
    return _UNKEEPABLE.sub("\ufffd", text)


def _report(upload_id: int, rows: Block, put: Put) -> Report:
    faults = sorted({**rows.faults, **put.faults}.items())
    return Report(
        upload_id=upload_id,
        total=rows.count,
        accepted=put.added + put.corrected + put.duplicate + put.pending,
        added=put.added,
        corrected=put.corrected,
        duplicate=put.duplicate,
        pending=put.pending,
        refused=tuple(
            RowRefused(row=at, column=why.field or "", code=why.code, params=plain(why.params))
            for at, why in faults
        ),
    )
