"""A subject's file: who sees what of it, how it is counted, and how it is paged."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.records import FIRM, TRADER, a_record, a_subject, agencies_on_file, agency_actor

from app.credit.records import errors
from app.credit.records.queries.file import file_of, history_of, record_by_id
from app.credit.records.services.changing import mark_record, repair_record, withdraw_record
from app.credit.records.terms import (
    Audience,
    Category,
    FileAsked,
    MarkRecord,
    RecordState,
    RepairRecord,
    WithdrawRecord,
)
from ledger.kernel import uow as units
from ledger.kernel.actor import PUBLIC, Actor, NotPermitted, NotYourOperator, Role
from ledger.subjects.model import SubjectRow
from ledger.subjects.services import amend_subject
from ledger.subjects.terms import AmendSubject


@pytest.fixture
def filed(uow):
    """A subject about which agencies have said a few things of all levels."""
    agencies_on_file(uow)
    made = {
        "licence": a_record(uow, "licence.decision"),
        "fine": a_record(
            uow, "penalty.decision", document_no="罚1", penalty_kinds="fine", fine="9"
        ),
        "warning": a_record(uow, "penalty.decision", document_no="罚2", penalty_kinds="warning"),
        "old": a_record(
            uow,
            "penalty.decision",
            document_no="罚3",
            penalty_kinds="halt",
            decided_on="2021-09-10",
        ),
        "tax": a_record(uow, "tax.payment", "tax"),
        "ban": a_record(uow, "court.job_restriction", "samr", person="张三丰"),
    }
    for month in range(1, 8):
        a_record(
            uow, "utility.power", "power", period=f"2026-{month:02d}", on=f"2026-{month:02d}-05"
        )
    return made


def _counts(uow, subject_id: int, audience: Audience) -> dict[Category, int]:
    found = file_of(uow, FileAsked(subject_id=subject_id, audience=audience))
    assert len(found.counts) == len(Category)
    assert {one.category: len(one.records) for one in found.sections} == {
        it.category: min(it.records, 5) for it in found.counts if it.records
    }
    return {one.category: one.records for one in found.counts if one.records}


def test_each_audience_reads_its_own_version(uow, filed) -> None:
    """B3: a record not allowed to be public is in no public answer."""
    subject_id = filed["fine"][0]
    public = {Category.LICENSING: 1, Category.PENALTY: 1}
    assert _counts(uow, subject_id, Audience.PUBLIC) == public
    authorised = {**public, Category.TAX: 1, Category.UTILITY: 7, Category.PENALTY: 2}
    assert _counts(uow, subject_id, Audience.AUTHORISED) == authorised
    own = {**authorised, Category.PENALTY: 3}
    assert _counts(uow, subject_id, Audience.OWN) == own
    assert _counts(uow, subject_id, Audience.GOVERNMENT) == {**own, Category.JUDICIAL: 1}


def test_a_page_goes_on_where_the_one_before_ended(uow, filed) -> None:
    subject_id = filed["fine"][0]
    seen, after = [], ""
    first = file_of(uow, FileAsked(subject_id=subject_id, audience=Audience.GOVERNMENT, each=3))
    (glanced,) = (one for one in first.sections if one.category is Category.UTILITY)
    while True:
        asked = FileAsked(
            subject_id=subject_id,
            audience=Audience.GOVERNMENT,
            category=Category.UTILITY,
            limit=3,
            after=after,
        )
        (section,) = file_of(uow, asked).sections
        seen += [record.said["period"] for record in section.records]
        after = section.next
        if len(seen) == 3:
            assert after == glanced.next
        if not after:
            break
    assert seen == [f"2026-{month:02d}" for month in range(7, 0, -1)]


def test_what_ends_a_record_takes_it_out_of_sight_and_out_of_the_count(uow, filed) -> None:
    subject_id, licence = filed["licence"]
    withdraw_record(uow, WithdrawRecord(subject_id=subject_id, record_id=licence, reason="误报"))
    repair_record(
        uow, RepairRecord(subject_id=subject_id, record_id=filed["fine"][1], basis="第十四条")
    )
    assert _counts(uow, subject_id, Audience.PUBLIC) == {}
    assert _counts(uow, subject_id, Audience.OWN)[Category.PENALTY] == 3
    with pytest.raises(errors.UnknownRecord):
        record_by_id(uow, subject_id, licence, Audience.OWN)
    found = record_by_id(uow, subject_id, licence, Audience.GOVERNMENT)
    assert found.state is RecordState.WITHDRAWN
    repaired = record_by_id(uow, subject_id, filed["fine"][1], Audience.OWN)
    assert (repaired.state, repaired.is_public) == (RecordState.REPAIRED, False)
    assert [one.kind.value for one in history_of(uow, subject_id, licence)[0].events] == [
        "withdrawn"
    ]


def test_a_mark_of_objection_is_seen_by_everybody_and_hides_nothing(uow, filed) -> None:
    subject_id, fine = filed["fine"]
    for about, on in (("YY1", True), ("YY2", True), ("YY1", False)):
        mark = MarkRecord(subject_id=subject_id, record_id=fine, on=on, about=about)
        assert mark_record(uow, mark)
        assert not mark_record(uow, mark)
    record = record_by_id(uow, subject_id, fine, Audience.PUBLIC)
    assert record.marked
    found = file_of(uow, FileAsked(subject_id=subject_id, audience=Audience.PUBLIC))
    assert [one.marked for one in found.counts if one.category is Category.PENALTY] == [1]
    mark_record(uow, MarkRecord(subject_id=subject_id, record_id=fine, on=False, about="YY2"))
    assert not record_by_id(uow, subject_id, fine, Audience.PUBLIC).marked


def test_publication_stops_by_itself_on_the_day_after_its_last(database, uow, filed) -> None:
    """Nothing runs, nobody takes anything down."""
    subject_id, fine = filed["fine"]
    record = record_by_id(uow, subject_id, fine, Audience.PUBLIC)
    assert record.public_until is not None
    days = (record.public_until - uow.today).days
    for more, seen in ((0, True), (1, False)):
        later = uow.now + timedelta(days=days + more)
        with units.begin(database, actor=PUBLIC, now=later) as unit:
            found = file_of(unit, FileAsked(subject_id=subject_id, audience=Audience.PUBLIC))
            assert (fine in {one.id for one in found.records}) is seen


def test_persons_are_masked_and_a_merged_subjects_records_are_read_under_the_other(
    uow, filed
) -> None:
    subject_id, ban = filed["ban"]
    assert record_by_id(uow, subject_id, ban, Audience.GOVERNMENT).said["person"] == "张三丰"
    other = a_subject(uow, TRADER, "原个体户")
    own = a_record(uow, "list.abnormal_mark", uscc=TRADER)
    uow.session.get(SubjectRow, other.id).merged_into = subject_id
    uow.session.flush()
    for number in (subject_id, other.id):
        found = file_of(uow, FileAsked(subject_id=number, audience=Audience.PUBLIC))
        assert found.subject_id == subject_id
        (listed,) = (one for one in found.records if one.id == own[1])
        assert listed.said["uscc"] == FIRM


def test_who_may_not_read_a_version_is_refused(uow, units_of, filed) -> None:
    subject_id = filed["fine"][0]
    stranger = Actor(role=Role.OPERATOR, operator_id=subject_id + 1)
    owner = Actor(role=Role.OPERATOR, operator_id=subject_id)
    with units_of(stranger) as unit, pytest.raises(NotYourOperator):
        file_of(unit, FileAsked(subject_id=subject_id, audience=Audience.OWN))
    with units_of(owner) as unit:
        file_of(unit, FileAsked(subject_id=subject_id, audience=Audience.OWN))
        with pytest.raises(NotPermitted):
            file_of(unit, FileAsked(subject_id=subject_id, audience=Audience.GOVERNMENT))
    with units_of(agency_actor(uow, "health")) as unit:
        assert file_of(unit, FileAsked(subject_id=subject_id, audience=Audience.GOVERNMENT)).records


def test_a_subject_that_changed_its_name_keeps_its_file(uow, filed) -> None:
    """The paper says the name of its day, the subject has the new one."""
    subject_id, licence = filed["licence"]
    amend_subject(uow, AmendSubject(uscc=FIRM, changes={"name": "鹭岛食品集团"}, reason="变更登记"))
    said = record_by_id(uow, subject_id, licence, Audience.PUBLIC).said
    assert said["name"] != "鹭岛食品集团"
    assert _counts(uow, subject_id, Audience.PUBLIC)[Category.LICENSING] == 1
