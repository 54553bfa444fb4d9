"""What dates, quantities and papers make of a line: the rules by their tables of cases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from ledger.entries import errors
from ledger.entries.rules import amounts, canonical, dates, fields, retention, stops
from ledger.entries.rules.findings import RULES, Effect
from ledger.entries.rules.limits import limits_on
from ledger.entries.rules.stops import Twin
from ledger.entries.terms import EntryKind, Flag, Line
from ledger.kernel.moment import UNKNOWN, moment_of, parse_moment
from ledger.kernel.parameters import Parameters, shipped
from ledger.kernel.quantity import Quantity, QuantityTooLarge, unit_named

LIMITS = limits_on(shipped(), date(2026, 8, 15))


NOW = moment_of(date(2026, 8, 15)).seconds + 37_800


def test_all_twelve_rules_are_there_with_source_and_mark():
    assert list(RULES) == [f"L{n:02d}" for n in range(1, 13)]
    assert all(rule.source and rule.mark in ("V", "K+", "K", "D") for rule in RULES.values())


def test_parameters_are_those_of_the_day_of_the_event():
    lines = [
        *shipped().lines,
        *(
            type(line)(
                key=line.key,
                value="7",
                unit="day",
                jurisdiction="CN",
                valid_from=date(2026, 9, 1),
                valid_to=None,
                source="",
                mark="D",
            )
            for line in shipped().lines
            if line.key == "filing.pair_days"
        ),
    ]
    parameters = Parameters(tuple(lines))
    assert limits_on(parameters, date(2026, 8, 31)).pair_days == 3
    assert limits_on(parameters, date(2026, 9, 1)).pair_days == 7


@pytest.mark.parametrize(
    ("produced", "life", "expiry"),
    [
        ("2020-05-13", "12 month", "2021-05-13"),
        ("2020-08-31", "6个月", "2021-02-28"),
        ("2024-02-29", "12 month", "2025-02-28"),
        ("2024-02-29", "1年", "2025-02-28"),
        ("2026-01-01", "45天", "2026-02-15"),
        ("2026-01-01", "45 days", "2026-02-15"),
        ("2026-01-31", "1月", "2026-02-28"),
        ("2026-01-31", "长期", None),
        ("2026-01-31", "", None),
        ("2026-01-31", "9999年", "2526-01-31"),
    ],
)
def test_expiry_from_production_and_shelf_life(produced, life, expiry):
    found = retention.expiry_of(date.fromisoformat(produced), life)
    assert (found.isoformat() if found else None) == expiry


@pytest.mark.parametrize(
    ("expiry", "recorded", "traded", "agricultural", "until"),
    [
        ("2021-05-13", "2020-05-14", "2020-05-14", False, "2021-11-13"),
        ("2021-02-28", "2020-09-01", "2020-09-01", False, "2021-08-28"),
        (None, "2021-08-15", "2021-08-15", False, "2023-08-15"),
        (None, "2022-03-01", "2022-03-01", True, "2022-09-01"),
        ("2025-02-28", "2024-03-01", "2024-03-01", False, "2025-08-28"),
        ("2015-01-01", "2026-08-15", "2014-12-01", False, "2026-08-15"),
    ],
)
def test_how_long_entries_are_kept(expiry, recorded, traded, agricultural, until):
    found = retention.keep_until(
        expiry=date.fromisoformat(expiry) if expiry else None,
        recorded_on=date.fromisoformat(recorded),
        traded_on=date.fromisoformat(traded),
        agricultural=agricultural,
        limits=LIMITS,
    )
    assert found.isoformat() == until


def test_partial_dates_keep_the_longest():
    assert retention.expires_on(parse_moment("2026-05"), "1 month", UNKNOWN) == date(2026, 6, 30)
    assert retention.expires_on(UNKNOWN, "1 month", UNKNOWN) is None
    assert retention.expires_on(UNKNOWN, "", parse_moment("2026")) == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("kind", "at", "expiry", "is_return", "effect"),
    [
        (EntryKind.RECEIPT, "2026-08-15", "2026-08-14", False, Effect.REJECT),
        (EntryKind.RECEIPT, "2026-08-15", "2026-08-15", False, None),
        (EntryKind.RECEIPT, "2026-08", "2026-08-01", False, None),
        (EntryKind.RECEIPT, "2026-08", "2026-07-31", False, Effect.REJECT),
        (EntryKind.RECEIPT, "2026-08-15", "2026-08-14", True, None),
        (EntryKind.DISPATCH, "2026-08-15", "2026-08-14", False, Effect.WARN),
        (EntryKind.TRANSFORMATION, "2026-08-15", "2026-08-14", False, Effect.WARN),
        (EntryKind.DISPOSAL, "2026-08-15", "2026-08-14", False, None),
        (EntryKind.RECEIPT, "2026-08-15", None, False, None),
    ],
)
def test_l06_food_past_its_date(kind, at, expiry, is_return, effect):
    last = date.fromisoformat(expiry) if expiry else None
    found = dates.expired(kind, parse_moment(at), last, LIMITS, is_return=is_return)
    assert (found.effect if found else None) is effect
    assert found is None or found.flag is Flag.EXPIRED_FOOD


def test_an_unknown_date_is_neither_future_nor_late_nor_expired():
    assert dates.future(UNKNOWN, NOW, LIMITS) is None
    assert not dates.late(UNKNOWN, NOW, LIMITS)
    assert (
        dates.expired(EntryKind.RECEIPT, UNKNOWN, date(2020, 1, 1), LIMITS, is_return=False) is None
    )


@pytest.mark.parametrize(
    ("at", "is_late"),
    [
        ("2026-08-14", False),
        ("2026-08-13", True),
        ("2026-08", False),
        ("2026-07", True),
        ("2026-08-14T10:29:59+08:00", True),
        ("2026-08-14T10:30:00+08:00", False),
    ],
)
def test_l12_a_day_after_the_trade_is_late(at, is_late):
    assert dates.late(parse_moment(at), NOW, LIMITS) is is_late


PRODUCTION, DISPATCH, RECEIPT = EntryKind.PRODUCTION, EntryKind.DISPATCH, EntryKind.RECEIPT


@pytest.mark.parametrize(
    ("unit", "contains", "case", "expected"),
    [
        ("EA", 1, None, (5_000, "EA")),
        ("EA", 24, None, (120_000, "EA")),
        ("箱", 24, None, (120_000, "EA")),
        ("箱", 1, 12, (60_000, "EA")),
        ("箱", 1, None, (5_000, "XCT")),
        ("KGM", 24, 12, (5_000_000, "KGM")),
        ("袋", 1, 12, (5_000, "XBG")),
        ("麻袋", 24, 12, (5_000, "麻袋")),
    ],
)
def test_quantities_are_counted_in_base_units(unit, contains, case, expected):
    goods = SimpleNamespace(
        contains=Decimal(contains), case_contains=Decimal(case) if case else None
    )
    found = amounts.counted(amounts.as_written("5", unit), goods)
    assert (found.thousandths, found.unit.code) == expected


def test_a_case_cannot_make_a_quantity_too_large():
    goods = SimpleNamespace(contains=Decimal(10**6), case_contains=None)
    with pytest.raises(QuantityTooLarge):
        amounts.counted(Quantity(10**16, unit_named("EA")), goods)


@pytest.mark.parametrize(
    ("out", "on_hand", "received", "measure", "more"),
    [
        (100, 100, 100, 3, False),
        (101, 100, 100, 3, True),
        (103, 100, 100, 1, False),
        (104, 100, 100, 1, True),
        (1, 0, 0, 1, True),
        (3, 0, 100, 1, False),
        (1, 0, 0, 1000, True),
    ],
)
def test_l07_more_out_than_in(out, on_hand, received, measure, more):
    found = amounts.more_out_than_in(out, on_hand, received, measure, LIMITS)
    assert bool(found) is more


DAY = 86_400


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        (Twin(0, 0, ""), Twin(DAY - 1, 0, ""), True),
        (Twin(0, 0, ""), Twin(DAY, 0, ""), False),
        (Twin(0, 1, ""), Twin(0, 2, ""), False),
        (Twin(0, 1, ""), Twin(0, 0, ""), True),
        (Twin(0, 1, "1"), Twin(0, 1, "2"), False),
        (Twin(0, 1, "1"), Twin(0, 1, ""), True),
    ],
)
def test_l08_near_duplicates(one, two, same):
    assert stops.same_again(one, two, 24) is same
    assert stops.same_again(two, one, 24) is same


@pytest.mark.parametrize(
    ("kind", "is_return", "blocked"),
    [
        (RECEIPT, False, True),
        (DISPATCH, False, True),
        (DISPATCH, True, False),
        (RECEIPT, True, False),
        (EntryKind.DISPOSAL, False, False),
        (PRODUCTION, False, False),
        (EntryKind.TRANSFORMATION, False, True),
    ],
)
def test_l09_stopped_lots(kind, is_return, blocked):
    found = stops.held(kind, "抽检", is_return=is_return)
    assert bool(found and found.effect is Effect.BLOCK) is blocked


def test_l01_is_silent_where_nothing_is_missing_or_asked():
    assert fields.missing((), strict=True) is None
    line = Line(kind=EntryKind.DISPOSAL)
    assert (
        fields.missing_fields(line, agricultural=False, spec="", lasts=False, reachable=False) == ()
    )
    farm = Line(kind=RECEIPT, document="1", origin="")
    assert fields.missing_fields(farm, agricultural=True, spec="", lasts=False, reachable=True) == (
        "origin",
    )


def test_the_layout_of_a_record_is_fixed():
    row = (1, 2, 3, 4, 5, 6, -7, 8, 9, 10, 11)
    assert canonical.record(row).hex() == (
        "0000000000000001"
        "0000000000000002"
        "00000003"
        "00000004"
        "00000005"
        "00000006"
        "fffffff9"
        "0008"
        "0009"
        "000a"
        "000b" + "00" * 32
    )
    one, two = canonical.record(row), canonical.record((2, *row[1:]))
    assert canonical.receipt([one, two]) == canonical.receipt([two, one])
    assert canonical.receipt([one]) != canonical.receipt([one, one])


def test_a_note_is_covered_to_the_last_letter():
    said = canonical.said_text({"unit": "箱", "quantity": "1"})
    assert said == '{"quantity":"1","unit":"箱"}'
    one = canonical.note_digest("D", "1", "C", date(2026, 1, 1), said)
    assert one != canonical.note_digest("D", "1C", "", date(2026, 1, 1), said)


@pytest.mark.parametrize(("one", "two"), [("CK-77", "ck-77"), ("ＣＫ－77", "CK-77"), ("C K", "CK")])
def test_spellings_of_one_document_meet(one, two):
    assert canonical.document_hash(one) == canonical.document_hash(two) != 0


def test_no_document_is_zero():
    assert canonical.document_hash(" ") == 0
    assert -(2**31) <= canonical.document_hash("CK-77") < 2**31


def test_every_refusal_of_filing_is_told_apart():
    classes = [it for it in vars(errors).values() if isinstance(it, type)]
    own = [it.code for it in classes if it.__module__ == errors.__name__]
    assert len(own) == len(set(own))
    assert all(code.startswith("entries.") for code in own)
