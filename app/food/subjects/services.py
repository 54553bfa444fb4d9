"""What the subjects' doors do beyond one verb of the ledger: a sheet row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.food.subjects.terms import Imported, Row
from ledger.kernel.errors import Refusal
from ledger.kernel.uow import UnitOfWork
from ledger.subjects import services
from ledger.subjects.terms import LicenceNamed, RegisterSubject


def import_rows(uow: UnitOfWork, rows: Sequence[Row]) -> list[Imported]:
    """Register what the rows say; one outcome per row, good rows are kept.

    Rows that name one subject alike and differ in the licence are one subject with its licences.
    Refuses per row: what ``register_subjects`` refuses. Announces: subject.registered.
    """
    merged = _together(rows)
    commands = list(dict.fromkeys(merged.values()))
    outcomes = dict(zip(commands, services.register_subjects(uow, commands), strict=True))
    report = []
    for row in rows:
        command = merged.get(row.number)
        outcome = row.said if command is None else outcomes[command]
        if isinstance(outcome, tuple):
            report.append(Imported(row=row, subject=outcome[0], created=outcome[1]))
        elif isinstance(outcome, Refusal):
            report.append(Imported(row=row, refusal=outcome))
    return report


def _together(rows: Sequence[Row]) -> dict[int, RegisterSubject]:
    """Row number → the command it is part of: rows alike but for the licence are one command."""
    papers: dict[RegisterSubject, list[LicenceNamed]] = {}
    bare = {}
    for row in rows:
        if isinstance(row.said, RegisterSubject):
            bare[row.number] = replace(row.said, licences=())
            papers.setdefault(bare[row.number], []).extend(row.said.licences)
    return {
        number: replace(command, licences=tuple(dict.fromkeys(papers[command])))
        for number, command in bare.items()
    }
