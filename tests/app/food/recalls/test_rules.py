"""The rules of recalls as tables of cases; nothing here needs a store."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest

from app.food.recalls import errors
from app.food.recalls.rules import deadlines, links, papers, shares, states
from app.food.recalls.rules.effects import Flows, effects_of
from app.food.recalls.rules.pictures import media_type_of
from app.food.recalls.rules.tiers import beginnings, tiers_of
from app.food.recalls.terms import (
    ClockState,
    Figures,
    Hazard,
    Kind,
    Level,
    LinkNamed,
    Method,
    NoticeItem,
    PlanItem,
    State,
    Step,
    Timer,
)
from ledger.kernel.moment import UNKNOWN, moment_of
from ledger.kernel.parameters import shipped
from ledger.kernel.quantity import EA, KGM, Unit
from ledger.kernel.zone import SHANGHAI
from scanner.trace.terms import (
    Holder,
    LinkStatus,
    MovementLink,
    Node,
    Portion,
    Row,
    TransformationLink,
)

PERIODS = deadlines.deadlines_on(shipped(), date(2021, 5, 1))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("level", "known", "due"),
    [
        (Level.ONE, "2021-04-30 18:00", "2021-05-01 18:00"),  # a holiday
        (Level.TWO, "2021-05-01 09:00", "2021-05-03 09:00"),
        (Level.THREE, "2021-09-30 23:59", "2021-10-03 23:59"),
        (Level.ONE, "2026-02-16 08:00", "2026-02-17 08:00"),  # within 春节
    ],
)
def test_hours_run_on_through_holidays(level, known, due):
    assert deadlines.start_due(at(known), level, PERIODS) == at(due)


def test_nothing_is_due_while_nobody_has_graded():
    assert deadlines.start_due(at("2021-05-01 09:00"), Level.NONE, PERIODS) is None
    assert deadlines.report_due(at("2021-05-01 09:00"), Level.NONE, PERIODS) is None


@pytest.mark.parametrize(
    ("level", "notice", "last"),
    [
        (Level.ONE, "2021-09-17", "2021-10-08"),
        (Level.TWO, "2021-09-17", "2021-10-21"),
        (Level.THREE, "2021-09-17", "2021-11-04"),
        (Level.ONE, "2026-09-18", "2026-10-09"),
    ],
)
def test_days_are_working_days_after_the_notice(level, notice, last):
    due = deadlines.finish_due(date.fromisoformat(notice), level, PERIODS)
    assert (due.day.isoformat(), due.provisional) == (last, False)


def test_a_case_into_a_year_without_calendar_says_so():
    assert deadlines.finish_due(date(2026, 12, 21), Level.TWO, PERIODS).provisional


def test_an_extension_goes_on_from_the_last_day():
    due = deadlines.finish_due(date(2021, 9, 17), Level.ONE, PERIODS)
    assert deadlines.extended(due.end, 1).day == date(2021, 10, 9)  # a worked Saturday
    assert deadlines.extended(due.end, 2).day == date(2021, 10, 11)


@pytest.mark.parametrize(
    ("level", "due"), [(Level.ONE, "2021-10-12"), (Level.TWO, None), (Level.THREE, None)]
)
def test_only_high_risk_cases_are_reported(level, due):
    found = deadlines.report_due(at("2021-09-29 16:00"), level, PERIODS)
    assert (found and found.day.isoformat()) == due


@pytest.mark.parametrize(
    ("hours", "stage"), [(0, 0), (23.9, 0), (24, 1), (47, 1), (48, 2), (72, 3), (500, 3)]
)
def test_silence_goes_by_stages(hours, stage):
    sent = at("2026-08-15 10:00")
    assert deadlines.stage_of(sent, sent + timedelta(hours=hours), PERIODS) == stage


@pytest.mark.parametrize(
    ("due", "met", "state"),
    [
        (None, None, ClockState.NOT_SET),
        ("2026-08-16 00:00", None, ClockState.RUNNING),
        ("2026-08-15 12:00", None, ClockState.MISSED),
        ("2026-08-15 12:00", "2026-08-15 12:00", ClockState.MET),
        ("2026-08-15 12:00", "2026-08-15 12:01", ClockState.MISSED),
    ],
)
def test_how_a_clock_stands(due, met, state):
    found = deadlines.clock(
        Timer.START,
        at("2026-08-15 12:00"),
        begun_at=None,
        due_at=due and at(due),
        met_at=met and at(met),
    )
    assert found.state is state


def test_the_way_of_a_recall_is_one_line_with_side_steps():
    line = [State.SUSPECTED]
    while steps := states.next_steps(line[-1]):
        target = states.WAYS[steps[0]].target
        assert target is not None
        line.append(target)
    assert line == [it for it in State if it is not State.IN_PROGRESS] or line == list(State)
    assert not states.may_follow(State.CLOSED, Step.CLOSED)
    assert not states.may_follow(State.SUSPECTED, Step.SCOPE_GREW)
    assert states.may_follow(State.PLANNED, Step.ORDERED)
    assert states.reached(State.DISPOSED, State.NOTIFIED)
    assert not states.reached(State.GRADED, State.NOTIFIED)


@pytest.mark.parametrize("item", list(PlanItem))
def test_each_of_the_eight_items_of_a_plan_is_wanted(item):
    full = {it.value: "已写明" for it in PlanItem}
    assert papers.missing_of_plan(full) == ()
    assert papers.missing_of_plan(full | {item.value: ""}) == (item.value,)


@pytest.mark.parametrize("item", list(NoticeItem))
def test_each_of_the_four_items_of_a_notice_is_wanted(item):
    full = {it.value: "已写明" for it in NoticeItem}
    assert papers.missing_of_notice(full, Kind.RECALL) == ()
    assert papers.missing_of_notice(full | {item.value: " "}, Kind.RECALL) == (item.value,)
    assert papers.missing_of_notice({}, Kind.TAKE_BACK) == ()


@pytest.mark.parametrize(
    ("hazard", "method", "may"),
    [
        (Hazard.ILLEGAL_ADDITIVE, Method.DESTROY_ON_SPOT, True),
        (Hazard.ILLEGAL_ADDITIVE, Method.DESTROY_CENTRALLY, True),
        (Hazard.ILLEGAL_ADDITIVE, Method.HARMLESS, False),
        (Hazard.SPOILED, Method.CORRECT_LABEL, False),
        (Hazard.DISEASED_ANIMAL, Method.HARMLESS, False),
        (Hazard.LIMIT_EXCEEDED, Method.HARMLESS, True),
        (Hazard.LIMIT_EXCEEDED, Method.CORRECT_LABEL, False),
        (Hazard.LABEL, Method.CORRECT_LABEL, True),
        (Hazard.OTHER, Method.CORRECT_LABEL, False),
    ],
)
def test_what_may_be_done_with_recalled_food(hazard, method, may):
    assert papers.may_be_disposed_of(hazard, method) is may


def test_a_disposal_is_reported_before():
    day = at("2026-08-15 12:00")
    assert papers.was_reported_before(day, day)
    assert not papers.was_reported_before(day + timedelta(minutes=1), day)
    assert not papers.was_reported_before(None, day)


def test_a_link_opens_with_its_key_alone():
    named = LinkNamed(7, 75_800, 2)
    text = links.link_text(named, "key")
    assert (len(text), links.link_named(text.lower(), "key")) == (33, named)
    other = links.link_text(LinkNamed(7, 75_801, 2), "key")
    for wrong in ("", "x" * 33, text[:-1], text[:17] + other[17:], "U" * 33, "٣" * 33):
        with pytest.raises(errors.UnknownLink):
            links.link_named(wrong, "key")
    with pytest.raises(errors.UnknownLink):
        links.link_named(text, "another")
    with pytest.raises(ValueError, match="sealed"):
        links.link_text(named, "")


def part(lot, thousandths, unit=EA):
    return Portion(lot=lot, thousandths=thousandths, unit=unit)


def making(inputs, outputs, operator=1):
    return TransformationLink(
        operator=operator, at=UNKNOWN, inputs=inputs, outputs=outputs, entries=()
    )


@pytest.mark.parametrize(
    ("makings", "expected"),
    [
        ([making((part(1, 40), part(9, 120)), (part(2, 400),))], {2: Fraction(1, 4)}),
        ([making((part(1, 40),), (part(2, 400), part(3, 1)))], {2: Fraction(1), 3: Fraction(1)}),
        # the measure in which most is recalled counts, so the share is never too low
        (
            [making((part(1, 10), part(9, 90), part(8, 10**9, KGM)), (part(2, 1),))],
            {2: Fraction(1, 10)},
        ),
        # nobody said how much of the recalled lot went in: as much as it can be
        ([making((part(1, None), part(9, 90)), (part(2, 1),))], {2: Fraction(1)}),
        # lots made of lots made of it
        (
            [
                making((part(2, 50), part(9, 50)), (part(3, 1),)),
                making((part(1, 40), part(9, 120)), (part(2, 400),)),
            ],
            {2: Fraction(1, 4), 3: Fraction(1, 8)},
        ),
        # of two makings of one lot the worse counts
        (
            [
                making((part(1, 1), part(9, 9)), (part(2, 1),)),
                making((part(1, 1), part(9, 1)), (part(2, 1),)),
            ],
            {2: Fraction(1, 2)},
        ),
        # rework goes in a circle and settles
        (
            [
                making((part(1, 1), part(3, 1)), (part(2, 1),)),
                making((part(2, 1), part(9, 1)), (part(3, 1),)),
            ],
            None,
        ),
    ],
)
def test_the_share_of_recalled_food_in_what_was_made(makings, expected):
    found = {lot: it.share for lot, it in shares.derived_lots(makings, [1]).items()}
    if expected is None:
        assert all(0 < share <= 1 for share in found.values())
    else:
        assert found == expected


def test_a_share_as_text():
    said = [Fraction(1), Fraction(0), Fraction(1, 4), Fraction(2, 3)]
    assert [shares.decimal_text(it) for it in said] == ["1", "0", "0.25", "0.666666"]


def row(kind, day="2026-08-15", number=1):
    when = moment_of(date.fromisoformat(day))
    return Row(1, when.seconds, kind, 0, 0, 0, number, 0, 3, when.precision, 0)


def moved(sender, receiver, much, *, back=False, day="2026-08-15", unit: Unit = EA):
    return MovementLink(
        sender=Node(sender, 1),
        receiver=Node(receiver, 1),
        thousandths=much,
        unit=unit,
        status=LinkStatus.MATCHED,
        sent=row(2, day),
        received=None,
        received_thousandths=None,
        received_unit=None,
        is_return=back,
    )


def effects(*movements):
    tiers = {Node(1, 1): 0, Node(2, 1): 1, Node(3, 1): 2}
    return effects_of(
        Flows(
            movements=movements,
            changes=(),
            events=(),
            tiers=tiers,
            origins=frozenset({Node(1, 1)}),
            caterers=frozenset(),
            known=moment_of(date(2026, 8, 14)).seconds,
        )
    )


def whole(*movements):
    (figures,) = effects(*movements).whole.values()
    return figures


def test_goods_that_come_back_through_two_tiers_count_where_they_arrive():
    out = (moved(1, 2, 100), moved(2, 3, 60))
    half_way = effects(*out, moved(3, 2, 60, back=True))
    assert half_way.whole[shares.measured(EA)].ratio == 0
    assert half_way.tiers[2, shares.measured(EA)].ratio == 1
    assert whole(*out, moved(3, 2, 60, back=True), moved(2, 1, 60, back=True)).ratio == Fraction(
        3, 5
    )


def test_what_went_back_before_it_was_known_is_not_there_to_be_recalled():
    figures = whole(moved(1, 2, 100), moved(2, 1, 40, back=True, day="2026-08-13"))
    assert (figures.before, figures.base, figures.ratio) == (40, 60, 0)
    same_day = whole(moved(1, 2, 100), moved(2, 1, 40, back=True, day="2026-08-14"))
    assert (same_day.before, same_day.ratio) == (0, Fraction(2, 5))


def test_more_back_than_out_is_all_and_no_more():
    assert whole(moved(1, 2, 100), moved(2, 1, 400, back=True)).ratio == 1
    assert Figures().ratio is None


def test_kilograms_and_pieces_are_counted_apart():
    found = effects(moved(1, 2, 100), moved(1, 2, 7, unit=KGM)).whole
    assert {unit: it.shipped for unit, it in found.items()} == {
        shares.measured(EA): 100,
        shares.measured(KGM): 7,
    }


def test_tiers_are_the_fewest_deliveries_from_where_it_began():
    movements = [moved(1, 2, 1), moved(2, 3, 1), moved(1, 3, 1), moved(3, 4, 1), moved(4, 1, 1)]
    holders = [
        Holder(node=Node(who, 1), unit=EA, produced=1 if who == 1 else 0) for who in range(1, 6)
    ]
    starts = beginnings(holders, movements, [1])
    assert starts == {Node(1, 1)}
    tiers = tiers_of(holders, movements, [], starts)
    assert {node.operator: tier for node, tier in tiers.items()} == {1: 0, 2: 1, 3: 1, 4: 2, 5: 1}


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n0000", "image/png"),
        (b"RIFF0000WEBP", "image/webp"),
        (b"\xff\xd8\xff\xe000000000", "image/jpeg"),
    ],
)
def test_what_kind_of_picture_a_file_is(head, media_type):
    assert media_type_of(head) == media_type
