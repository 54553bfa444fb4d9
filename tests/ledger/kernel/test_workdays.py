"""Periods in working days, against the official calendars of 2021 to 2026."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from ledger.kernel.workdays import (
    CalendarUnknown,
    add_working_days,
    is_working_day,
    shipped_calendar,
    working_days_due,
)
from ledger.kernel.zone import SHANGHAI


def day(text):
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("begun", "count", "last"),
    [
        ("2021-09-17", 10, "2021-10-08"),  # 09-18 and 09-26 are worked
        ("2022-06-30", 10, "2022-07-14"),
        # ten more across make-up days
        ("2021-02-05", 3, "2021-02-09"),  # Friday; Sunday 02-07 is worked
        ("2021-02-10", 5, "2021-02-23"),  # 春节 off to 02-17, Saturday 02-20 worked
        ("2021-09-30", 2, "2021-10-09"),  # 国庆, then Friday and a worked Saturday
        ("2022-01-28", 10, "2022-02-16"),  # both days of a weekend worked, then a week off
        ("2022-09-30", 5, "2022-10-12"),  # 10-08 and 10-09 are worked
        ("2022-12-30", 1, "2023-01-03"),  # a notice that begins in the year before
        ("2023-09-28", 10, "2023-10-18"),  # eight days off, a weekend worked
        ("2024-02-02", 10, "2024-02-21"),  # Sundays 02-04 and 02-18 worked, 02-10 to 02-17 off
        ("2025-01-24", 20, "2025-02-27"),  # level II across 春节: 01-26 and 02-08 worked
        ("2025-09-26", 30, "2025-11-13"),  # level III across eight days off
        ("2026-02-13", 10, "2026-03-05"),  # 02-14 and 02-28 are worked
        ("2026-09-18", 10, "2026-10-09"),  # Sunday 09-20 worked, 中秋 and 国庆 off
    ],
)
def test_a_period_ends_on_its_last_working_day(begun, count, last):
    assert add_working_days(day(begun), count) == day(last)


def test_the_days_counted_are_those_rules_name():
    counted = [
        one
        for one in (day("2021-09-18") + timedelta(days=n) for n in range(21))
        if is_working_day(one)
    ]
    assert [f"{one:%m-%d}" for one in counted] == [
        "09-18", "09-22", "09-23", "09-24", "09-26", "09-27", "09-28", "09-29", "09-30", "10-08",
    ]  # fmt: skip


def test_a_period_ends_at_midnight_of_its_last_day():
    due = working_days_due(day("2021-09-17"), 10)
    assert due.end == datetime(2021, 10, 9, tzinfo=SHANGHAI)
    assert not due.provisional


def test_a_year_without_a_calendar_is_refused_or_marked():
    with pytest.raises(CalendarUnknown) as found:
        add_working_days(day("2026-12-30"), 10)
    assert found.value.params == {"year": 2027}
    with pytest.raises(CalendarUnknown):
        is_working_day(day("2020-05-06"))
    due = working_days_due(day("2026-12-30"), 10)
    assert (due.day, due.provisional) == (day("2027-01-13"), True)
    assert not working_days_due(day("2026-12-15"), 10).provisional
    with pytest.raises(ValueError, match="at least one"):
        working_days_due(day("2026-12-15"), 0)


def test_the_calendar_is_sound():
    calendar = shipped_calendar()
    assert sorted(calendar.sources) == list(range(2021, 2027))
    assert all(source.startswith("国办发明电〔") for source in calendar.sources.values())
    assert all(one.weekday() >= 5 for one in calendar.worked)
    assert not calendar.off & calendar.worked
    worked = [
        sum(is_working_day(date(year, 1, 1) + timedelta(days=n)) for n in range(365))
        for year in (2021, 2022, 2023, 2025, 2026)
    ]
    assert worked == [250, 249, 249, 248, 248]
