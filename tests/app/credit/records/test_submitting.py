"""Rows an agency submits: kept once, revised when they change, waiting without a subject."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from sqlalchemy import Connection, text
from support import accounts
from support.agencies import AGENCY, PENALTY, a_house, a_penalty, records_of, uscc

from app.credit.records import errors, services
from app.credit.records.queries.catalogue import agency_by_code
from app.credit.records.queries.pool import pending_count, pending_page
from app.credit.records.queries.quality import quality_by_agency, quality_history
from app.credit.records.queries.uploads import refused_rows, upload_by_id
from app.credit.records.terms import MatchPending, Report, SubmitRows
from ledger.kernel.actor import SYSTEM, Actor, NotPermitted, Role
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.errors import UnknownUscc

Units = Callable[[Actor], AbstractContextManager[UnitOfWork]]


@pytest.fixture
def agency(units_of: Units) -> Actor:
    with units_of(SYSTEM) as uow:
        return a_house(uow)


def submit(units_of: Units, who: Actor, *rows: dict[str, str], item: str = PENALTY) -> Report:
    with units_of(who) as uow:
        return services.submit_rows(uow, SubmitRows(item=item, rows=rows))


def counts(report: Report) -> tuple[int, int, int, int, int]:
    return (
        report.added,
        report.corrected,
        report.duplicate,
        report.pending,
        len(report.refused),
    )


def test_the_same_rows_again_add_nothing(
    units_of: Units, agency: Actor, database: Connection
) -> None:
    rows = [a_penalty(number) for number in range(5)]
    assert counts(submit(units_of, agency, *rows)) == (5, 0, 0, 0, 0)
    spelled = [dict(row, document_no=row["document_no"].replace("〔", "[")) for row in rows]
    assert counts(submit(units_of, agency, *rows)) == (0, 0, 5, 0, 0)
    assert counts(submit(units_of, agency, *spelled)) == (0, 5, 0, 0, 0)  # the text has changed
    assert records_of(database) == 10


def test_a_changed_row_is_the_next_revision_and_the_old_one_stays(
    units_of: Units, agency: Actor, database: Connection
) -> None:
    submit(units_of, agency, a_penalty(1))
    assert counts(submit(units_of, agency, a_penalty(1, fine="0.8"))) == (0, 1, 0, 0, 0)
    assert counts(submit(units_of, agency, a_penalty(1, fine="0.8"))) == (0, 0, 1, 0, 0)
    revisions = database.scalars(text("SELECT id & 1023 FROM credit_record ORDER BY id")).all()
    assert revisions == [0, 1]
    assert database.scalar(text("SELECT kind FROM credit_record_event")) == "corrected"


def test_rows_of_one_batch_about_one_document_follow_each_other(
    units_of: Units, agency: Actor, database: Connection
) -> None:
    report = submit(
        units_of, agency, a_penalty(1), a_penalty(1), a_penalty(1, fine="2"), a_penalty(2)
    )
    assert counts(report) == (2, 1, 1, 0, 0)
    assert records_of(database) == 3


def test_each_row_that_is_not_taken_is_named_and_kept(units_of: Units, agency: Actor) -> None:
    report = submit(
        units_of,
        agency,
        a_penalty(1),
        a_penalty(2, basis=""),
        a_penalty(3, uscc="91350200MA000000X"),
        a_penalty(4, colour="red"),
    )
    assert counts(report) == (1, 0, 0, 0, 3)
    assert [(it.row, it.column, it.code) for it in report.refused] == [
        (1, "basis", "records.basis_missing"),
        (2, "uscc", "identifiers.uscc_unreadable"),
        (3, "colour", "records.unknown_column"),
    ]
    with units_of(agency) as uow:
        kept = refused_rows(uow, report.upload_id)
        assert [row.number for row in kept] == [1, 2, 3]
        assert kept[1].said["document_no"] == a_penalty(3)["document_no"]
        assert upload_by_id(uow, report.upload_id).refused == 3


def test_rows_that_are_only_checked_leave_nothing(
    units_of: Units, agency: Actor, database: Connection
) -> None:
    with units_of(agency) as uow:
        asked = SubmitRows(item=PENALTY, rows=(a_penalty(1), a_penalty(2, basis="")))
        report = services.submit_rows(uow, replace(asked, check_only=True))
    assert (report.upload_id, report.accepted, len(report.refused)) == (0, 1, 1)
    assert records_of(database) == 0


def test_who_may_submit_what(units_of: Units, agency: Actor) -> None:
    """An item outside the catalogue, another's item, no agency at all: each is a no of its own."""
    with units_of(agency) as uow, pytest.raises(errors.UnknownItem):
        services.submit_rows(uow, SubmitRows(item="no.such", rows=(a_penalty(),)))
    with units_of(agency) as uow, pytest.raises(errors.NotYourItem):
        services.submit_rows(uow, SubmitRows(item=PENALTY, rows=(), agency="court"))
    nobody = Actor(role=Role.AGENCY, operator_id=1)
    with units_of(nobody) as uow, pytest.raises(errors.NotAnAgency):
        services.submit_rows(uow, SubmitRows(item=PENALTY, rows=(a_penalty(),)))
    officer = Actor(role=Role.CREDIT)
    with units_of(officer) as uow, pytest.raises(NotPermitted):
        services.submit_rows(uow, SubmitRows(item=PENALTY, rows=(a_penalty(),)))


def test_a_row_without_a_subject_waits_until_it_is_registered(
    units_of: Units, agency: Actor, database: Connection
) -> None:
    """An unmatched subject goes to a pool, and never becomes a new subject."""
    stranger = a_penalty(1, firm=7)
    report = submit(units_of, agency, stranger, stranger, a_penalty(2))
    assert counts(report) == (1, 0, 1, 1, 0)
    assert counts(submit(units_of, agency, stranger)) == (0, 0, 1, 0, 0)
    subjects = database.scalar(text("SELECT count(*) FROM subject"))
    with units_of(SYSTEM) as uow:
        assert services.take_in_registered(uow) == 0
        assert (pending_count(uow), pending_page(uow)[0].uscc) == (1, uscc(7))
        assert database.scalar(text("SELECT count(*) FROM subject")) == subjects
        accounts.subject(uow, "迟到的公司", uscc(7))
        assert services.take_in_registered(uow) == 1
        assert services.take_in_registered(uow) == 0
        upload = upload_by_id(uow, report.upload_id)
    assert (upload.added, upload.pending) == (2, 0)
    assert records_of(database) == 2
    assert counts(submit(units_of, agency, stranger)) == (0, 0, 1, 0, 0)


def test_the_officer_matches_a_row_or_puts_it_aside(
    units_of: Units, agency: Actor, database: Connection
) -> None:
    submit(units_of, agency, a_penalty(1, firm=7), a_penalty(2, firm=8))
    officer = Actor(role=Role.CREDIT, account_id=3)
    with units_of(officer) as uow:
        first, second = pending_page(uow)
        with pytest.raises(UnknownUscc):
            services.match_pending(
                uow, MatchPending(pending_id=first.id, uscc=uscc(9), reason="写错")
            )
        with pytest.raises(errors.ReasonMissing):
            services.drop_pending(uow, second.id, " ")
        services.match_pending(
            uow, MatchPending(pending_id=first.id, uscc=uscc(0), reason="代码写错一位")
        )
        services.drop_pending(uow, second.id, "查无此户")
        assert pending_count(uow) == 0
        with pytest.raises(errors.UnknownPending):
            services.drop_pending(uow, second.id, "再来一次")
    assert records_of(database) == 1
    outcomes = database.scalars(text("SELECT outcome FROM credit_pending ORDER BY id")).all()
    assert outcomes == ["matched", "dropped"]


def test_an_agencys_quality_has_its_parts_and_history(units_of: Units, agency: Actor) -> None:
    late, early = a_penalty(1), a_penalty(2, decided_on="2026-08-14")
    submit(units_of, agency, late, early, a_penalty(3, basis=""))
    with units_of(SYSTEM) as uow:
        mine = agency_by_code(uow, AGENCY).id
        found = quality_by_agency(uow)[mine]
        assert (found.rows, found.valid, found.timely) == (3, 6_667, 5_000)
        assert found.complete == (2 * 14 * 10_000 * 2 + 2 * 27) // (2 * 2 * 27)
        (month,) = quality_history(uow, mine)
        assert (month.month, month.score) == (month.month.replace(day=1), found.score)
