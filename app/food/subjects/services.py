"""What the subjects' doors do beyond one verb: a sheet row by row, a merger with its goods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.food.subjects.terms import Imported, Row
from ledger.entries.services import link_merged_goods, link_same_goods, lots_pooled_by
from ledger.kernel.errors import Refusal
from ledger.kernel.uow import UnitOfWork
from ledger.products.services import adopt_products
from ledger.subjects import services
from ledger.subjects.terms import LicenceNamed, MergeSubject, RegisterSubject, Subject


def merge_subject(uow: UnitOfWork, command: MergeSubject) -> Subject:
    """Say that an unregistered party is a registered subject, and that its goods are the same.

    Refuses and announces: as ``ledger.subjects.services.merge_subject``.
    """
    party = command.unregistered_id
    pools = lots_pooled_by(uow, party)
    subject = services.merge_subject(uow, command)
    pairs = adopt_products(uow, party_id=party, subject_id=subject.id)
    if pairs:
        link_same_goods(uow, pairs)
    link_merged_goods(uow, party, pools)
    return subject


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
