"""Moments keep what they were stated as, also in the summers when China's clocks were ahead."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.kernel.moment import (
    UNKNOWN,
    Moment,
    MomentUnreadable,
    Precision,
    from_stored,
    moment_of,
    parse_moment,
)
from ledger.kernel.zone import SHANGHAI

# What was written, what comes back, and the instant that is: clocks showed +09:00 from May (April
# from 1987 on) to September in 1986-1991, and the last hour of a summer twice.
SUMMERS = [
    ("1988-07-01T12:00:00+08:00", "1988-07-01T12:00:00+08:00", "1988-07-01T04:00:00"),
    ("1988-07-01T12:00:00+09:00", "1988-07-01T11:00:00+08:00", "1988-07-01T03:00:00"),
    ("1988-07-01T03:00:00+00:00", "1988-07-01T11:00:00+08:00", "1988-07-01T03:00:00"),
    ("1988-07-01T12:00:00", "1988-07-01T11:00:00+08:00", "1988-07-01T03:00:00"),
    ("1986-05-04T01:59:59+08:00", "1986-05-04T01:59:59+08:00", "1986-05-03T17:59:59"),
    ("1986-05-04T03:00:00+09:00", "1986-05-04T02:00:00+08:00", "1986-05-03T18:00:00"),
    ("1991-09-15T01:30:00+09:00", "1991-09-15T00:30:00+08:00", "1991-09-14T16:30:00"),
    ("1991-09-15T01:30:00+08:00", "1991-09-15T01:30:00+08:00", "1991-09-14T17:30:00"),
    ("1985-07-01T12:00:00", "1985-07-01T12:00:00+08:00", "1985-07-01T04:00:00"),
    ("1992-07-01T12:00:00", "1992-07-01T12:00:00+08:00", "1992-07-01T04:00:00"),
    ("2026-07-01T12:00:00+08:00", "2026-07-01T12:00:00+08:00", "2026-07-01T04:00:00"),
    ("2026-07-01T12:00:00", "2026-07-01T12:00:00+08:00", "2026-07-01T04:00:00"),
]


@pytest.mark.parametrize(("written", "back", "instant"), SUMMERS)
def test_an_instant_comes_back_as_the_same_instant(written, back, instant):
    moment = parse_moment(written)
    again = from_stored(moment.seconds, moment.precision)
    assert again.start == datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert str(again) == back
    assert parse_moment(str(again)) == moment


@pytest.mark.parametrize(
    ("written", "precision", "days"),
    [
        ("1988-07-01", Precision.DAY, 1),
        ("1988-04", Precision.MONTH, 30),
        ("1988-09", Precision.MONTH, 30),
        ("1988", Precision.YEAR, 366),
        ("1986-05-04", Precision.DAY, 1),
        ("1991-09-15", Precision.DAY, 1),
        ("2020-02", Precision.MONTH, 29),
        ("1960-01-01", Precision.DAY, 1),
        ("2080-12-31", Precision.DAY, 1),
    ],
)
def test_days_are_whole_days_of_the_book_in_every_year(written, precision, days):
    moment = parse_moment(written)
    assert (moment.precision, str(moment)) == (precision, written)
    assert moment.seconds % 86_400 == 0
    assert moment.latest - moment.earliest + 1 == days * 86_400
    assert parse_moment(str(moment)) == moment


def test_the_clock_of_a_summer_names_the_instant_it_showed():
    shown = datetime(1988, 7, 1, 12, tzinfo=SHANGHAI)
    assert moment_of(shown).start == shown
    assert moment_of(shown).start.astimezone(SHANGHAI) == shown
    twice = datetime(1991, 9, 15, 1, 30, tzinfo=SHANGHAI)
    assert moment_of(twice.replace(fold=1)).seconds - moment_of(twice).seconds == 3_600


@given(
    st.datetimes(datetime(1961, 1, 1), datetime(2079, 12, 31)),  # noqa: DTZ001 - given a zone below
    st.sampled_from(["Asia/Shanghai", "UTC", "America/New_York", "Asia/Urumqi"]),
)
def test_every_instant_of_every_zone_comes_back(value, zone):
    aware = value.replace(microsecond=0, tzinfo=ZoneInfo(zone))
    moment = moment_of(aware)
    again = datetime.fromisoformat(str(moment))
    assert again - aware.astimezone(UTC) == timedelta()
    assert moment_of(again) == moment


@given(st.dates(date(1960, 1, 1), date(2080, 12, 31)))
def test_every_day_comes_back_as_that_day(day):
    moment = moment_of(day)
    assert moment.day == day
    assert moment.seconds == (day - date(2020, 1, 1)).days * 86_400


def test_what_is_unknown_excludes_nothing():
    late, early = parse_moment("2026"), parse_moment("1988-07-01T12:00:00+09:00")
    assert (str(UNKNOWN), UNKNOWN.day) == ("", None)
    assert UNKNOWN.may_precede(early)
    assert late.may_precede(UNKNOWN)
    assert not late.may_precede(early)
    assert Moment(0, Precision.YEAR).day is None


@pytest.mark.parametrize(
    "text", ["", "1959", "2081-01-01", "2020-13", "2020-02-30", "yesterday", "1950-01-01T00:00:00"]
)
def test_what_is_no_moment_of_the_book_is_refused_by_name(text):
    with pytest.raises(MomentUnreadable):
        parse_moment(text)
