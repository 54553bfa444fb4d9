"""Who decides by when, which step follows which, and what an objection must say."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.blobs.terms import Blob
from app.credit.objections import errors, rules
from app.credit.objections.terms import (
    OPEN_STATES,
    Channel,
    Clock,
    DecideObjection,
    Evidence,
    FileObjection,
    ObjectionState,
    Remedy,
    Terms,
)
from ledger.kernel.parameters import Dated, Parameters

S = ObjectionState
SHANGHAI = Terms(mark=1, own=5, forward=2, provider=5, extended=0, put_right=3)
FRIDAY = date(2026, 8, 14)


def a_file(**changed):
    said = {"subject_id": 1, "record_id": 2, "grounds": "处罚已被撤销，见决定书。"}
    return FileObjection(**{**said, **changed})


@pytest.mark.parametrize(
    ("state", "since", "due"),
    [
        (S.FILED, FRIDAY, date(2026, 8, 17)),
        (S.MARKED, FRIDAY, date(2026, 8, 18)),
        (S.OWN_REVIEW, FRIDAY, date(2026, 8, 21)),
        (S.FORWARDED, FRIDAY, date(2026, 8, 21)),
        (S.FORWARDED, date(2026, 8, 15), date(2026, 8, 21)),  # a Saturday
        (S.MARKED, date(2026, 9, 30), date(2026, 10, 9)),  # across the National Day holiday
        (S.UPHELD, FRIDAY, date(2026, 8, 19)),
    ],
)
def test_clocks_count_working_days_after_the_day(state, since, due):
    found = rules.due_in(state, SHANGHAI, since)
    assert (found.day, found.provisional) == (due, False)


@pytest.mark.parametrize("state", [S.REJECTED, S.CLOSED])
def test_nothing_runs_once_it_is_decided_against_or_closed(state):
    assert rules.due_in(state, SHANGHAI, FRIDAY) is None
    assert rules.clock_of(state) is None


def test_a_year_without_a_calendar_is_marked_as_provisional():
    assert rules.due_in(S.FORWARDED, SHANGHAI, date(2031, 3, 3)).provisional


def test_every_open_state_has_a_clock_and_leads_on():
    assert {state for state in S if rules.clock_of(state)} == OPEN_STATES
    assert rules.clock_of(S.FORWARDED) is Clock.DECIDE
    assert all(rules.FOLLOWS[state] for state in S if state is not S.CLOSED)


@given(st.lists(st.sampled_from(list(S)), max_size=8))
def test_however_it_is_driven_it_never_goes_back(steps):
    order = [S.FILED, S.MARKED, S.OWN_REVIEW, S.FORWARDED, S.UPHELD, S.REJECTED, S.CLOSED]
    now = S.FILED
    for then in steps:
        try:
            rules.check_step(now, then)
        except errors.OutOfTurn:
            continue
        assert order.index(then) > order.index(now)
        now = then


def lines(*said):
    return Parameters(
        tuple(
            Dated(
                key=f"objections.{key}",
                value=value,
                unit="workday",
                jurisdiction=where,
                valid_from=date(2017, 10, 1),
                valid_to=None,
                source="test",
                mark="D",
            )
            for key, value, where in said
        )
    )


DAYS = ("mark_days", "own_days", "forward_days", "provider_days", "extended_days", "put_right_days")


def test_the_chosen_profile_says_the_days():
    found = rules.terms_on(
        lines(
            ("profile", "370000", "CN"),
            *((name, "5", "310000") for name in DAYS),
            *((name, "3", "370000") for name in DAYS),
        ),
        FRIDAY,
    )
    assert found == Terms(mark=3, own=3, forward=3, provider=3, extended=3, put_right=3)


def test_more_time_is_given_only_where_the_rules_give_it():
    with pytest.raises(errors.NoExtension):
        rules.extended(SHANGHAI, FRIDAY)
    shandong = Terms(mark=1, own=3, forward=1, provider=3, extended=7, put_right=3)
    assert rules.extended(shandong, FRIDAY).day == date(2026, 8, 25)


def evidence(count):
    blob = Blob(sha256=b"x" * 32, size=1, media_type="image/png")
    return tuple(Evidence(blob=blob, name="a.png") for _ in range(count))


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (a_file(grounds="  x "), errors.GroundsMissing),
        (a_file(grounds="字" * 2001), errors.TextTooLong),
        (a_file(evidence=evidence(6)), errors.TooManyFiles),
        (a_file(channel=Channel.PAPER, brought_by="林"), errors.PaperDayWrong),
        (
            a_file(channel=Channel.PAPER, brought_by="林", received_on=date(2026, 8, 16)),
            errors.PaperDayWrong,
        ),
        (
            a_file(channel=Channel.PAPER, brought_by="林", received_on=date(2026, 7, 1)),
            errors.PaperDayWrong,
        ),
        (a_file(channel=Channel.PAPER, received_on=FRIDAY), errors.BroughtByMissing),
    ],
)
def test_what_an_objection_must_say(command, refusal):
    with pytest.raises(refusal):
        rules.check_filed(command, date(2026, 8, 15))


def test_the_same_fact_needs_a_file_nobody_has_seen():
    rules.check_repeat([], [], decided=False)
    rules.check_repeat([b"new", b"old"], [b"old"], decided=True)
    for sent in ([], [b"old"]):
        with pytest.raises(errors.NewEvidenceNeeded):
            rules.check_repeat(sent, [b"old"], decided=True)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"reason": " "}, errors.ReasonMissing),
        ({"reason": "字" * 2001}, errors.TextTooLong),
        ({"upheld": True, "remedy": Remedy.CORRECT}, errors.CorrectionMissing),
    ],
)
def test_what_a_decision_must_say(changed, refusal):
    said = {"objection_id": 1, "upheld": False, "reason": "与案卷一致。"} | changed
    with pytest.raises(refusal):
        rules.check_decision(DecideObjection(**said))
