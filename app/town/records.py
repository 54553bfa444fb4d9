"""The town's credit records, sent through the verb every agency uses, and what is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import islice

from app.credit.grading.services import grade_city
from app.credit.grading.terms import GradeCity
from app.credit.ratings.services import run_ratings
from app.credit.ratings.terms import RunRatings
from app.credit.records.queries.catalogue import agencies
from app.credit.records.services.catalogue import load_shipped
from app.credit.records.services.submitting import submit_rows
from app.credit.records.terms import RowRefused, SubmitRows
from app.credit.scoring import services as scoring
from app.credit.signage.queries.boards import boards
from app.credit.signage.queries.present import standings
from app.credit.signage.services import keep_signs
from app.credit.signage.terms import KeepSigns
from app.town.rules.brokers import brokers
from app.town.rules.records import records_of
from app.town.terms import Firm, RecordsSent
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.services import settle_subjects

_ROWS_AT_ONCE = 2_000
BROKERS = "broker_stars"


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


def settle_judgments(uow: UnitOfWork, last: date) -> int:
    """Grade the town's operators, rate its brokers and sign what is public; how many signs hang."""
    scoring.adopt_schemes(uow)
    grade_city(uow, GradeCity(as_of=last))
    run_ratings(uow, RunRatings(scheme=BROKERS, as_of=last.replace(day=1)))
    signs = 0
    for board in boards(uow):
        found = tuple(standings(uow, board))
        signs += keep_signs(uow, KeepSigns(scheme=board.scheme, standings=found)).issued
    return signs


def _commands(sent: RecordsSent) -> list[SubmitRows]:
    rows = iter(sent.rows)
    parts = iter(lambda: tuple(islice(rows, _ROWS_AT_ONCE)), ())
    return [SubmitRows(item=sent.item, agency=sent.agency, rows=part) for part in parts]
