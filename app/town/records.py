"""The town's credit records, sent through the same verb every agency uses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import islice

from app.credit.records.queries.catalogue import agencies
from app.credit.records.services.catalogue import load_shipped
from app.credit.records.services.submitting import submit_rows
from app.credit.records.terms import RowRefused, SubmitRows
from app.town.rules.brokers import brokers
from app.town.rules.records import records_of
from app.town.terms import Firm, RecordsSent
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.services import settle_subjects

_ROWS_AT_ONCE = 2_000


def are_settled(uow: UnitOfWork) -> bool:
    """Whether the town's agencies have sent their records."""
    return bool(agencies(uow))


def settle_records(
    uow: UnitOfWork, firms: Sequence[Firm], last: date
) -> tuple[int, tuple[RowRefused, ...]]:
    """Send what agencies know about the town's firms up to its last day; the same again adds none.

    How many records are new, and the rows that were refused.
    """
    load_shipped(uow)
    settle_subjects(uow, [one.registration for one in brokers()])
    organs = {one.code: (one.zh, one.uscc) for one in agencies(uow).values()}
    added = 0
    refused: list[RowRefused] = []
    for sent in records_of(firms, last, organs):
        for command in _commands(sent):
            report = submit_rows(uow, command)
            added += report.added
            refused += report.refused
    return added, tuple(refused)


def _commands(sent: RecordsSent) -> list[SubmitRows]:
    rows = iter(sent.rows)
    parts = iter(lambda: tuple(islice(rows, _ROWS_AT_ONCE)), ())
    return [SubmitRows(item=sent.item, agency=sent.agency, rows=part) for part in parts]
