"""Records are put right by their provider, with history; the second of two is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from support.records import TRADER, a_record, a_row, agencies_on_file, agency_actor

from app.credit.records import errors
from app.credit.records.queries import facts_of
from app.credit.records.queries.catalogue import catalogue
from app.credit.records.queries.file import history_of, record_by_id
from app.credit.records.services.changing import (
    correct_record,
    mark_record,
    repair_record,
    withdraw_record,
)
from app.credit.records.terms import (
    Audience,
    CorrectRecord,
    MarkRecord,
    RecordFacts,
    RecordState,
    RepairRecord,
    WithdrawRecord,
)
from app.credit.scoring.terms import Objects
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM, Actor, NotPermitted, Role


def _row(uow, code: str, **said: str) -> dict[str, str]:
    return a_row(catalogue(uow).item(code, uow.today), **said)


def test_a_correction_is_a_revision_and_the_old_one_stays(uow, units_of) -> None:
    agencies_on_file(uow)
    subject_id, number = a_record(uow, "penalty.decision", "health")
    said = _row(uow, "penalty.decision", content="罚款更正为二万元")
    fix = CorrectRecord(
        subject_id=subject_id, record_id=number, revision=0, said=said, reason="笔误"
    )
    with units_of(agency_actor(uow, "health")) as unit:
        record = correct_record(unit, fix)
        assert (record.revision, record.id) == (1, number)
        assert record.said["content"] == "罚款更正为二万元"
        assert unit.announced == {"record.corrected"}
    old = history_of(uow, subject_id, number)
    assert [(one.revision, one.state.value) for one in old] == [(1, "current"), (0, "corrected")]
    assert [one.reason for one in record.events] == ["笔误"]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"revision": 1}, errors.RecordMoved),
        ({"reason": " "}, errors.ReasonMissing),
        ({"said": {}}, errors.NothingChanged),
        ({"said": {"document_no": "另一份"}}, errors.NothingChanged),
        ({"said": {"uscc": TRADER}}, errors.NothingChanged),
        ({"said": {"basis": ""}}, errors.BasisMissing),
        ({"said": {"penalty_kinds": "exile"}}, errors.NotACode),
        ({"record_id": 1024}, errors.UnknownRecord),
    ],
)
def test_a_correction_is_refused_by_name(uow, changes, refusal) -> None:
    agencies_on_file(uow)
    subject_id, number = a_record(uow, "penalty.decision")
    said = _row(uow, "penalty.decision") | changes.pop("said", {"content": "改"})
    told = {"record_id": number, "revision": 0, "reason": "笔误", **changes}
    with pytest.raises(refusal):
        correct_record(uow, CorrectRecord(subject_id=subject_id, said=said, **told))


def test_only_its_provider_changes_a_record(uow, units_of) -> None:
    agencies_on_file(uow)
    subject_id, number = a_record(uow, "penalty.decision", "health")
    withdraw = WithdrawRecord(subject_id=subject_id, record_id=number, reason="误报")
    with units_of(agency_actor(uow, "police")) as unit, pytest.raises(errors.NotYourRecord):
        withdraw_record(unit, withdraw)
    with units_of(Actor(role=Role.AGENCY)) as unit, pytest.raises(errors.NotAnAgency):
        withdraw_record(unit, withdraw)
    with units_of(Actor(role=Role.CREDIT)) as unit, pytest.raises(NotPermitted):
        withdraw_record(unit, withdraw)
    with units_of(agency_actor(uow, "health")) as unit:
        withdraw_record(unit, withdraw)
        with pytest.raises(errors.RecordMoved):
            withdraw_record(unit, withdraw)


def test_a_repair_may_be_cancelled(uow) -> None:
    agencies_on_file(uow)
    subject_id, number = a_record(uow, "penalty.decision")
    repair = RepairRecord(subject_id=subject_id, record_id=number, basis="第十四条")
    assert repair_record(uow, repair).state is RecordState.REPAIRED
    undo = RepairRecord(subject_id=subject_id, record_id=number, basis="弄虚作假", on=False)
    assert repair_record(uow, undo).state is RecordState.CURRENT
    with pytest.raises(errors.RecordMoved):
        repair_record(uow, undo)


def test_a_repaired_record_that_is_corrected_stays_repaired(uow) -> None:
    agencies_on_file(uow)
    subject_id, number = a_record(uow, "penalty.decision", penalty_kinds="halt")
    repair_record(uow, RepairRecord(subject_id=subject_id, record_id=number, basis="第十四条"))
    said = _row(uow, "penalty.decision", penalty_kinds="halt", content="改")
    uow.now += timedelta(days=1)
    fix = CorrectRecord(
        subject_id=subject_id, record_id=number, revision=0, said=said, reason="笔误"
    )
    assert correct_record(uow, fix).state is RecordState.REPAIRED
    asked = [RecordFacts(name="penalties", item="penalty.decision")]
    assert len(facts_of(uow, asked, uow.today, Objects.of_subjects([subject_id]))[0].objects) == 0


def test_of_two_corrections_at_once_the_second_is_told_that_the_record_moved(
    fresh_database, now
) -> None:
    """Two people of one agency, two real connections, both having read revision 0."""
    with units.begin(fresh_database, actor=SYSTEM, now=now) as unit:
        agencies_on_file(unit)
        subject_id, number = a_record(unit, "penalty.decision", "health")
        said, actor = _row(unit, "penalty.decision"), agency_actor(unit, "health")
    both = Barrier(2)

    def correct(text: str) -> str:
        fix = CorrectRecord(
            subject_id=subject_id,
            record_id=number,
            revision=0,
            said=said | {"content": text},
            reason="更正",
        )
        both.wait()
        try:
            units.run(
                lambda: units.begin(fresh_database, actor=actor, now=now),
                lambda unit: correct_record(unit, fix),
            )
        except errors.RecordMoved as moved:
            return f"moved {moved.params['revision']}"
        return text

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(correct, ["one", "two"]))
    assert outcomes[0] == "moved 1"
    with units.begin(fresh_database, actor=SYSTEM, now=now) as unit:
        record = record_by_id(unit, subject_id, number, Audience.GOVERNMENT)
        assert record.said["content"] == outcomes[1]
        assert len(history_of(unit, subject_id, number)) == 2


def test_nobodys_record_is_not_marked(uow) -> None:
    agencies_on_file(uow)
    with pytest.raises(errors.UnknownRecord):
        mark_record(uow, MarkRecord(subject_id=1, record_id=1024, on=True, about="YY1"))
