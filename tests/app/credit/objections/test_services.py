"""Objections filed, passed on, decided, closed; both sides are told; what is late is watched."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from support.credit import HULI, a_known_subject, a_penalty, agencies_on_file, said_of

from app.blobs.terms import Blob
from app.credit.objections import errors, queries, services
from app.credit.objections.terms import (
    Channel,
    DecideObjection,
    Evidence,
    FileObjection,
    ObjectionsAsked,
    ObjectionState,
    Outcome,
    Remedy,
)
from app.credit.records.queries.catalogue import agency_by_code
from app.credit.records.queries.file import file_of
from app.credit.records.terms import Audience, FileAsked
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM, Actor, NotPermitted, Role


@pytest.fixture
def town(database, now):
    """A subject with two penalties, who may dispute them, and who decides."""
    with units.begin(database, actor=SYSTEM, now=now, request_id="test") as uow:
        agencies_on_file(uow)
        subject = a_known_subject(uow, 1)
        said_of(uow, "penalty.decision", *(a_penalty(subject.uscc, n) for n in (1, 2)))
        agency = agency_by_code(uow, HULI)
        found = records(uow, subject.id)
    return {
        "subject": subject,
        "records": [record.id for record in found],
        "agency": agency,
        "owner": Actor(role=Role.OPERATOR, account_id=7, operator_id=subject.id),
        "platform": Actor(role=Role.CREDIT, account_id=8),
        "provider": Actor(role=Role.AGENCY, account_id=9, operator_id=agency.subject_id),
    }


def records(uow, subject_id, audience=Audience.GOVERNMENT):
    return file_of(uow, FileAsked(subject_id=subject_id, audience=audience)).records


@pytest.fixture
def units_on(database, now):
    """Units of an actor, some days later if wanted."""

    def opened(actor, days=0):
        moment = now + timedelta(days=days)
        return units.begin(database, actor=actor, now=moment, request_id="test")

    return opened


def file(units_on, town, *, record=0, evidence=(), days=0):
    with units_on(town["owner"], days) as uow:
        return services.file_objection(
            uow,
            FileObjection(
                subject_id=town["subject"].id,
                record_id=town["records"][record],
                grounds="处罚对象不是本店，见租赁合同。",
                evidence=evidence,
            ),
        )


def a_file(letter):
    blob = Blob(sha256=letter.encode() * 32, size=3, media_type="image/png")
    return Evidence(blob=blob, name=f"{letter}.png")


def told(database):
    return {(row.kind, row.operator_id or row.role) for row in
            database.execute(text("SELECT kind, operator_id, role FROM message"))}  # fmt: skip


def facts(database):
    said = text("SELECT fact FROM outbox_fact WHERE fact LIKE 'objection.%' ORDER BY id")
    return [row.fact for row in database.execute(said)]


def decide(units_on, who, number, days=0, **said):
    with units_on(who, days) as uow:
        said = {"upheld": False, "reason": "与案卷一致，驳回。"} | said
        services.decide_objection(uow, DecideObjection(objection_id=number, **said))


def forward(units_on, town, number, days=0):
    with units_on(town["platform"], days) as uow:
        services.forward_objection(uow, number)


def test_filing_marks_the_record_in_the_same_unit_and_tells_both_sides(database, units_on, town):
    number = file(units_on, town)
    with units_on(town["owner"]) as uow:
        found = queries.objection_by_id(uow, number)
        marked = {one.id: one.marked for one in records(uow, town["subject"].id, Audience.OWN)}
        assert found.state is ObjectionState.MARKED
        assert [step.kind for step in found.steps] == ["filed", "marked"]
        assert found.due_on == date(2026, 8, 18)  # two working days after a Saturday
        assert marked[town["records"][0]] is True
        assert marked[town["records"][1]] is False
        assert queries.open_count(uow, town["subject"].id) == 1
    assert told(database) == {
        ("objection.filed", "credit"),
        ("objection.marked", town["subject"].id),
    }
    assert facts(database) == ["objection.filed"]


def test_a_second_one_waits_for_the_first(units_on, town):
    file(units_on, town)
    with pytest.raises(errors.AlreadyOpen):
        file(units_on, town)
    file(units_on, town, record=1)


def test_nobody_disputes_anothers_record(units_on, town):
    other = Actor(role=Role.OPERATOR, account_id=70, operator_id=town["agency"].subject_id)
    helper = Actor(
        role=Role.OPERATOR,
        account_id=71,
        operator_id=town["subject"].id,
        delegated=frozenset({town["subject"].id}),
    )
    clerk = Actor(role=Role.CLERK, account_id=72, operator_id=town["subject"].id)
    for who, refusal in (
        (other, errors.NotYourRecord),
        (helper, errors.NotYourRecord),
        (clerk, NotPermitted),
    ):
        with pytest.raises(refusal):
            file(units_on, town | {"owner": who})


def test_on_paper_the_clocks_run_from_the_day_it_came(units_on, town):
    with units_on(town["platform"]) as uow:
        number = services.file_objection(
            uow,
            FileObjection(
                subject_id=town["subject"].id,
                record_id=town["records"][0],
                grounds="处罚对象不是本店。",
                channel=Channel.PAPER,
                received_on=date(2026, 8, 12),
                brought_by="林一",
            ),
        )
        found = queries.objection_by_id(uow, number)
    assert (found.due_on, found.steps[0].by_name) == (date(2026, 8, 14), "林一")
    assert found.overdue


def test_only_the_provider_decides_and_only_when_it_was_passed_on(units_on, town):
    number = file(units_on, town)
    with pytest.raises(errors.OutOfTurn):
        decide(units_on, town["provider"], number)
    forward(units_on, town, number)
    with pytest.raises(errors.OutOfTurn):
        forward(units_on, town, number)
    stranger = Actor(role=Role.AGENCY, account_id=10, operator_id=town["subject"].id)
    for who in (town["platform"], stranger, town["owner"]):
        with pytest.raises(errors.NotYoursToDecide):
            decide(units_on, who, number)


def test_rejected_it_is_closed_unmarked_and_the_same_fact_needs_new_evidence(
    database, units_on, town
):
    number = file(units_on, town, evidence=(a_file("a"),))
    forward(units_on, town, number)
    decide(units_on, town["provider"], number, reason="与案卷一致。")
    with units_on(town["owner"]) as uow:
        found = queries.objection_by_id(uow, number)
        assert (found.state, found.outcome) == (ObjectionState.CLOSED, Outcome.REJECTED)
        assert [step.kind for step in found.steps][-2:] == ["rejected", "closed"]
        assert not any(one.marked for one in records(uow, town["subject"].id, Audience.OWN))
    assert ("objection.decided", town["subject"].id) in told(database)
    assert facts(database)[-1] == "objection.rejected"
    for evidence in ((), (a_file("a"),)):
        with pytest.raises(errors.NewEvidenceNeeded):
            file(units_on, town, evidence=evidence)
    assert file(units_on, town, evidence=(a_file("a"), a_file("b"))) > number


def test_upheld_the_record_is_withdrawn_by_its_providers_word(database, units_on, town):
    number = file(units_on, town)
    forward(units_on, town, number)
    decide(units_on, town["provider"], number, upheld=True, remedy=Remedy.WITHDRAW)
    with units_on(town["owner"]) as uow:
        left = [one.id for one in records(uow, town["subject"].id, Audience.OWN)]
        assert left == [town["records"][1]]
        assert queries.objection_by_id(uow, number).outcome is Outcome.UPHELD
    assert "objection.upheld" in facts(database)


def test_upheld_the_record_is_corrected_and_may_be_disputed_anew(units_on, town):
    number = file(units_on, town)
    forward(units_on, town, number)
    said = a_penalty(town["subject"].uscc, 1, content="罚款 3000 元", fine="0.3")
    with units_on(town["provider"]) as uow:
        document = queries.objection_by_id(uow, number).document_no
    said["document_no"] = document
    decide(units_on, town["provider"], number, upheld=True, remedy=Remedy.CORRECT, said=said)
    with units_on(town["owner"]) as uow:
        found = {one.id: one for one in records(uow, town["subject"].id, Audience.OWN)}
        one = found[town["records"][0]]
        assert (one.said["fine"], one.marked) == ("0.3", False)
        assert one.revision > found[town["records"][1]].revision
    assert file(units_on, town) > number  # another revision is another fact


def test_upheld_for_later_it_stays_marked_until_the_corrected_record_comes(units_on, town):
    number = file(units_on, town)
    forward(units_on, town, number)
    with units_on(town["provider"]) as uow:
        document = queries.objection_by_id(uow, number).document_no
    decide(units_on, town["provider"], number, upheld=True, remedy=Remedy.LATER)
    with units_on(SYSTEM) as uow:
        assert services.close_put_right(uow) == 0
        said_of(
            uow,
            "penalty.decision",
            a_penalty(town["subject"].uscc, document_no=document, content="罚款 1000 元"),
        )
        assert services.close_put_right(uow) == 1
        assert services.close_put_right(uow) == 0
        assert queries.objection_by_id(uow, number).state is ObjectionState.CLOSED


def test_what_is_late_is_told_once(database, units_on, town):
    number = file(units_on, town)
    with units_on(SYSTEM, days=3) as uow:
        assert services.tell_late(uow) == 0  # Tuesday is the last day
    with units_on(SYSTEM, days=4) as uow:
        assert services.tell_late(uow) == 1
        assert services.tell_late(uow) == 0
    forward(units_on, town, number, days=4)
    with units_on(SYSTEM, days=30) as uow:
        assert services.tell_late(uow) == 1
    assert ("objection.overdue", town["agency"].subject_id) in told(database)


def test_more_time_where_the_profile_gives_it(units_on, town):
    number = file(units_on, town)
    forward(units_on, town, number)
    with units_on(town["provider"]) as uow, pytest.raises(errors.NoExtension):
        services.extend_objection(uow, number, "需要法院协助核实。")
    with units_on(SYSTEM) as uow:
        uow.session.execute(
            text(
                "INSERT INTO parameter (key, value, unit, jurisdiction, valid_from, source, mark) "
                "VALUES ('objections.profile', '370000', 'division', 'CN', '2026-01-01', 't', 'D')"
            )
        )
    with units_on(town["provider"]) as uow:
        services.extend_objection(uow, number, "需要法院协助核实。")
        assert queries.objection_by_id(uow, number).due_on == date(2026, 8, 25)


def test_who_sees_which(units_on, town):
    number = file(units_on, town)
    asked = ObjectionsAsked()
    with units_on(town["provider"]) as uow:
        assert queries.objections_page(uow, asked).items == ()
    forward(units_on, town, number)
    for who in ("owner", "platform", "provider"):
        with units_on(town[who]) as uow:
            assert [one.id for one in queries.objections_page(uow, asked).items] == [number]
    inspector = Actor(role=Role.INSPECTOR, account_id=11)
    with units_on(inspector) as uow, pytest.raises(errors.UnknownObjection):
        queries.objection_by_id(uow, number)


@pytest.fixture
def own(database, now, town):
    """A penalty that the platform itself has put on file."""
    with units.begin(database, actor=SYSTEM, now=now, request_id="test") as uow:
        said_of(uow, "penalty.decision", a_penalty(town["subject"].uscc, 3), agency="credit")
        known = set(town["records"])
        (record,) = [one.id for one in records(uow, town["subject"].id) if one.id not in known]
    return town | {"records": [record]}


def test_the_platforms_own_data_is_reviewed_at_once_and_its_officer_decides(
    database, units_on, own
):
    number = file(units_on, own)
    with units_on(own["owner"]) as uow:
        found = queries.objection_by_id(uow, number)
    assert found.state is ObjectionState.OWN_REVIEW
    assert [step.kind for step in found.steps] == ["filed", "marked", "own_review"]
    assert found.due_on == date(2026, 8, 21)  # five working days after a Saturday
    with pytest.raises(errors.OutOfTurn):
        forward(units_on, own, number)
    for who in (own["provider"], own["owner"]):
        with pytest.raises((errors.NotYoursToDecide, NotPermitted)):
            decide(units_on, who, number)
    decide(units_on, own["platform"], number, upheld=True, remedy=Remedy.WITHDRAW)
    with units_on(own["owner"]) as uow:
        closed = queries.objection_by_id(uow, number)
        left = {one.id for one in records(uow, own["subject"].id, Audience.OWN)}
    assert (closed.state, closed.outcome) == (ObjectionState.CLOSED, Outcome.UPHELD)
    assert own["records"][0] not in left
    assert facts(database)[-1] == "objection.upheld"


def test_the_platforms_own_data_may_stand_and_is_unmarked(units_on, own):
    number = file(units_on, own)
    decide(units_on, own["platform"], number)
    with units_on(own["owner"]) as uow:
        assert queries.objection_by_id(uow, number).outcome is Outcome.REJECTED
        assert not any(one.marked for one in records(uow, own["subject"].id, Audience.OWN))
