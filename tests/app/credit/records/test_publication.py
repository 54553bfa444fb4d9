"""How long a record is public, who reads it, and the clocks of the two publicities."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.credit.records.rules.publication import (
    Regimes,
    Term,
    add_months,
    has_no_end,
    regime,
    term_of,
)
from app.credit.records.rules.publicity import (
    is_timely,
    other_province_due,
    publicity_due,
    undo_due,
)
from app.credit.records.rules.shipped import shipped_items
from app.credit.records.rules.visibility import (
    LEVELS,
    counts_without_reading,
    masked,
    said_to,
    shown_to,
)
from app.credit.records.terms import Audience, PublicLevel, RecordState, Shown
from ledger.kernel.parameters import shipped

PARAMETERS = shipped()
ITEMS = {item.code: item for item in shipped_items()}
FIRM, TRADER = "91350200MA2XFA1T37", "92350203MA2YTEKT27"


def _term(code: str, on: str, **said: str) -> Term:
    day = date.fromisoformat(on)
    return term_of(ITEMS[code], {"uscc": FIRM, **said}, day, regime(PARAMETERS, day))


@pytest.mark.parametrize(
    ("decided", "said", "until"),
    [
        # section 14, PUBLICITY
        ("2021-09-10", {"penalty_kinds": "fine", "fine": "0.5"}, "2021-12-10"),
        ("2021-09-10", {"penalty_kinds": "fine", "fine": "10"}, "2024-09-10"),
        ("2021-09-10", {"penalty_kinds": "halt"}, "2024-09-10"),
        # from 2021-09-01
        ("2021-09-10", {"penalty_kinds": "warning"}, "never"),
        ("2021-09-10", {"penalty_kinds": "criticism"}, "2021-12-10"),
        ("2021-09-10", {"penalty_kinds": "warning,fine", "fine": "5"}, "2021-12-10"),
        ("2021-09-10", {"penalty_kinds": "warning,fine", "fine": "5.01"}, "2024-09-10"),
        ("2021-09-10", {"penalty_kinds": "fine", "fine": "0.6", "uscc": TRADER}, "2024-09-10"),
        ("2021-09-10", {"penalty_kinds": "fine,confiscation", "fine": "0.1"}, "2024-09-10"),
        ("2021-09-10", {"penalty_kinds": "job_ban", "valid_to": "2026-09-10"}, "2026-09-10"),
        ("2021-09-10", {"penalty_kinds": "job_ban", "valid_to": "2022-09-10"}, "2024-09-10"),
        ("2021-09-10", {"penalty_kinds": "job_ban", "valid_to": "2031-09-10"}, "2026-09-10"),
        ("2021-09-08", {"penalty_kinds": "halt", "published_on": "2021-09-10"}, "2024-09-10"),
        ("2021-09-10", {"penalty_kinds": "halt", "public_until": "2022-01-01"}, "2022-01-01"),
        ("2021-09-10", {"penalty_kinds": "halt", "public_until": "2030-01-01"}, "2024-09-10"),
        ("2021-11-30", {"penalty_kinds": "criticism"}, "2022-02-28"),
        # the day before and the day of the new regime
        ("2026-03-31", {"penalty_kinds": "fine", "fine": "10"}, "2029-03-31"),
        ("2026-04-01", {"penalty_kinds": "fine", "fine": "10"}, "2027-04-01"),
        ("2026-04-01", {"penalty_kinds": "fine", "fine": "0.5"}, "never"),
        ("2026-04-01", {"penalty_kinds": "halt"}, "2029-04-01"),
        (
            "2026-04-01",
            {"penalty_kinds": "fine", "fine": "0.5", "severity": "serious"},
            "2029-04-01",
        ),
        ("2026-04-01", {"penalty_kinds": "halt", "severity": "minor"}, "never"),
    ],
)
def test_a_penalty_is_public_for_its_term_and_then_stops(decided, said, until) -> None:
    found = _term("penalty.decision", decided, **said)
    assert ("never" if found.never else str(found.until)) == until


@pytest.mark.parametrize(
    ("code", "said", "until", "kept"),
    [
        ("list.abnormal", {}, None, None),
        ("list.abnormal", {"ended_on": "2022-03-01"}, "2022-02-28", "2027-03-01"),
        ("list.serious", {}, "2024-09-10", "2026-09-10"),
        ("list.serious", {"ended_on": "2022-10-01"}, "2022-09-30", "2027-10-01"),
        ("court.dishonest_debtor", {"valid_to": "2023-09-10"}, "2023-09-10", "2028-09-10"),
        ("court.dishonest_debtor", {}, None, None),
        ("commitment.broken", {}, "2026-09-10", "2026-09-10"),
        ("licence.decision", {"valid_to": "2022-01-01"}, None, None),
        ("honour.redlist", {"valid_to": "2023-01-01"}, "2023-01-01", "2028-01-01"),
    ],
)
def test_lists_terms_and_negative_information_end(code, said, until, kept) -> None:
    found = _term(code, "2021-09-10", **said)
    assert not found.never
    assert (found.until and str(found.until), found.kept and str(found.kept)) == (until, kept)


@given(
    decided=st.dates(date(2018, 1, 1), date(2030, 12, 31)),
    kinds=st.sets(st.sampled_from(list(ITEMS["penalty.decision"].fields[7].codes)), min_size=1),
    fine=st.integers(0, 2000),
    barred=st.none() | st.dates(date(2018, 1, 1), date(2050, 1, 1)),
)
def test_no_penalty_is_public_longer_than_it_is_kept(decided, kinds, fine, barred) -> None:
    said = {"penalty_kinds": ",".join(kinds), "fine": str(fine), "uscc": FIRM}
    if barred:
        said["valid_to"] = barred.isoformat()
    found = term_of(ITEMS["penalty.decision"], said, decided, regime(PARAMETERS, decided))
    assert found.kept == add_months(decided, 60)
    if kinds == {"warning"}:
        assert found.never
    if not found.never:
        assert found.until is not None
        assert decided < found.until <= found.kept


OPEN = Term(until=date(2024, 9, 10), kept=date(2026, 9, 10))


@pytest.mark.parametrize(
    ("code", "term", "state", "on", "seen"),
    [  # seen by public, authorised, own, government
        ("penalty.decision", OPEN, "current", "2024-09-10", "yes yes yes yes"),
        ("penalty.decision", OPEN, "current", "2024-09-11", "period_over period_over yes yes"),
        ("penalty.decision", OPEN, "current", "2026-09-11", "period_over period_over too_old yes"),
        ("penalty.decision", OPEN, "repaired", "2022-01-01", "repaired repaired yes yes"),
        ("penalty.decision", OPEN, "withdrawn", "2022-01-01", "not_current " * 4),
        ("penalty.decision", OPEN, "corrected", "2022-01-01", "not_current " * 4),
        ("penalty.decision", Term(never=True), "current", "2022-01-01", "warning_only yes yes yes"),
        ("tax.payment", Term(), "current", "2022-01-01", "level yes yes yes"),
        ("court.job_restriction", Term(), "current", "2022-01-01", "level level level yes"),
        ("licence.decision", Term(), "current", "2022-01-01", "yes yes yes yes"),
    ],
)
def test_each_audience_sees_what_is_meant_for_it(code, term, state, on, seen) -> None:
    found = [
        shown_to(ITEMS[code], term, RecordState(state), audience, date.fromisoformat(on)).value
        for audience in (Audience.PUBLIC, Audience.AUTHORISED, Audience.OWN, Audience.GOVERNMENT)
    ]
    assert found == seen.split()


@given(
    item=st.sampled_from(shipped_items()),
    term=st.builds(
        Term, st.booleans(), st.none() | st.dates(date(2018, 1, 1), date(2031, 1, 1)), st.none()
    ),
    state=st.sampled_from(RecordState),
    on=st.dates(date(2018, 1, 1), date(2031, 1, 1)),
)
def test_who_is_nearer_sees_no_less(item, term, state, on) -> None:
    """The public sees nothing the authorised do not see, and they nothing the agencies do not."""
    seen = {one: shown_to(item, term, state, one, on) is Shown.YES for one in Audience}
    assert seen[Audience.PUBLIC] <= seen[Audience.AUTHORISED] <= seen[Audience.GOVERNMENT]
    assert seen[Audience.PUBLIC] <= seen[Audience.OWN] <= seen[Audience.GOVERNMENT]


@pytest.mark.parametrize("audience", list(Audience))
def test_what_is_counted_without_reading_is_what_reading_finds(audience) -> None:
    for item in shipped_items():
        told = counts_without_reading(item, audience)
        if told is None:
            assert not has_no_end(item)
            continue
        term = term_of(item, {}, date(2001, 1, 1), regime(PARAMETERS, date(2001, 1, 1)))
        seen = shown_to(item, term, RecordState.CURRENT, audience, date(2026, 1, 1))
        assert told == (seen is Shown.YES), item.code


def test_persons_are_named_to_the_subject_and_to_agencies_only() -> None:
    said = {"person": "张三丰", "identity_no": "350203199001011234", "post": "经理"}
    item = ITEMS["court.job_restriction"]
    assert said_to(item, said, Audience.GOVERNMENT) == said
    assert said_to(item, said, Audience.AUTHORISED) == {
        "person": "张**",
        "identity_no": "3502031990****1234",
        "post": "经理",
    }
    assert masked("13812345678") == "138****5678"
    assert LEVELS[Audience.PUBLIC] == {PublicLevel.OPEN}


def test_the_clocks_of_the_two_publicities() -> None:
    """With the calendar of 2021: the National Day holidays are not counted."""
    decided = date(2021, 9, 29)  # a Wednesday before the holidays of 1 to 7 October
    due = publicity_due(ITEMS["penalty.decision"], decided, PARAMETERS)
    assert due is not None
    assert due.day == date(2021, 10, 14)
    results = publicity_due(ITEMS["inspection.food"], date(2021, 9, 1), PARAMETERS)
    assert results is not None
    assert results.day == date(2021, 9, 29)
    push, publish = other_province_due(date(2021, 11, 1), PARAMETERS)
    assert (push.day, publish.day) == (date(2021, 11, 15), date(2021, 11, 29))
    assert undo_due(date(2021, 11, 1), PARAMETERS).day == date(2021, 11, 4)
    assert publicity_due(ITEMS["utility.power"], decided, PARAMETERS) is None


@pytest.mark.parametrize(
    ("code", "days", "timely"),
    [
        ("penalty.decision", 9, True),
        ("penalty.decision", 10, False),
        ("utility.power", 31, True),
        ("utility.power", 32, False),
        ("registration.basic", 9, True),
        ("registration.basic", 10, False),
    ],
)
def test_a_record_is_timely_within_its_clock_or_cycle(code, days, timely) -> None:
    monday = date(2021, 11, 1)
    assert is_timely(ITEMS[code], monday, monday + timedelta(days=days), PARAMETERS) is timely


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)))
def test_the_regimes_of_all_days_are_those_of_each_day(on) -> None:
    assert Regimes(PARAMETERS).on(on) == regime(PARAMETERS, on)
