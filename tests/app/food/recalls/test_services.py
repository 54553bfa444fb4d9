"""Recalls through their verbs, on a real store: opened, spread, told, answered, ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from support.filings import a_lot, an_operator, dispatch, file, production
from support.recall_town import (
    KNOWN,
    NOTICE,
    PLAN,
    a_notified_recall,
    a_town,
    an_opening,
    moved,
    step,
)

from app.food.recalls import errors, queries, services
from app.food.recalls.terms import (
    Answer,
    ClockState,
    GiveAnswer,
    Hazard,
    HoldersAsked,
    Kind,
    Level,
    Method,
    OpenRecall,
    Reach,
    State,
    Step,
    Timer,
)
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM, Actor, Role
from ledger.kernel.zone import SHANGHAI
from ledger.products.errors import UnknownLot
from ledger.products.queries import held_lots

INSPECTOR = Actor(role=Role.INSPECTOR, account_id=7)


@pytest.fixture
def town(uow):
    return a_town(uow)


def later(database, hours):
    at = datetime(2026, 8, 15, 10, 30, tzinfo=SHANGHAI) + timedelta(hours=hours)
    return units.begin(database, actor=SYSTEM, now=at, request_id="test")


def facts(uow, name):
    found = text("SELECT payload FROM outbox_fact WHERE fact = :name ORDER BY id")
    return uow.session.scalars(found, {"name": name}).all()


def holders(uow, recall_id, **asked):
    page = queries.holders_of(uow, HoldersAsked(recall_id=recall_id, limit=200, **asked))
    return {one.operator_id: one for one in page.items}


def test_all_tiers_are_found_frozen_and_stopped(uow, town):
    opened = services.open_recall(uow, an_opening(town))
    assert (opened.state, opened.level, opened.number) == (
        State.GRADED,
        Level.TWO,
        f"R2026-{opened.id:04d}",
    )
    assert opened.start_due == KNOWN + timedelta(hours=48)
    found = holders(uow, opened.id)
    assert {who: one.tier for who, one in found.items()} == {
        town.trader: 1, town.shop: 2, town.corner: 2, town.bakery: 2, town.stranger: 2,
    }  # fmt: skip
    (milk,) = found[town.shop].expected
    assert (milk.received, milk.on_hand, milk.revision) == (200_000, 200_000, 1)
    assert {one.lot_id for one in found[town.corner].expected} == {town.lot, town.buns}
    assert found[town.stranger].reach is Reach.VISIT
    assert found[town.stranger].contact == "13800001234"
    assert set(held_lots(uow, [town.lot, town.buns])) == {town.lot, town.buns}
    (said,) = facts(uow, "recall.opened")
    assert (said["recall_id"], said["holders"], said["lots"]) == (opened.id, 5, 1)


def test_a_derived_lot_says_what_share_of_it_was_recalled(uow, town):
    opened = services.open_recall(uow, an_opening(town))
    root, made = queries.lots_in(uow, opened.id)
    assert (root.lot_id, root.is_root, root.share) == (town.lot, True, 1)
    assert (made.lot_id, made.is_root, made.share) == (town.buns, False, 0.25)
    (how,) = made.made_of
    assert {one["recalled"] for one in how["inputs"]} == {"1", "0"}
    assert (how["quantity"], how["operator_id"]) == ("400", town.bakery)


def test_a_later_sale_is_refused_and_goods_may_go_back(uow, town):
    services.open_recall(uow, an_opening(town))
    onward = {"lot": a_lot("L1"), "quantity": "5", "document": "N-1"}
    refused = file(uow, town.shop, dispatch(town.corner, **onward)).refused
    assert [one.code for one in refused] == ["entries.lot_held"]
    back = file(uow, town.shop, dispatch(town.trader, is_return=True, **onward))
    assert back.refused == ()


def test_two_recalls_hold_and_the_lot_is_free_when_both_have_ended(uow, town):
    first = services.open_recall(uow, an_opening(town, level=Level.NONE))
    second = services.open_recall(uow, an_opening(town, level=Level.NONE))
    paper = {"basis": "复检合格", "document": "检〔2026〕9号"}
    step(uow, first.id, Step.DISMISSED, **paper)
    assert town.lot in held_lots(uow, [town.lot])
    ended = step(uow, second.id, Step.DISMISSED, **paper)
    assert (ended.state, ended.is_open) == (State.CLOSED, False)
    assert held_lots(uow, [town.lot, town.buns]) == {}
    assert [one["outcome"] for one in facts(uow, "recall.closed")] == ["dismissed"] * 2


def test_a_recall_goes_step_by_step_to_its_end(uow, town):
    told = a_notified_recall(uow, town)
    assert (told.state, told.notice_on.isoformat()) == (State.NOTIFIED, "2026-08-15")
    assert told.finish_due == datetime(2026, 9, 12, tzinfo=SHANGHAI)  # 20 working days
    assert told.started_at is not None
    sent = facts(uow, "recall.notice_sent")
    assert sorted(sent[0]["operators"]) == sorted(holders(uow, told.id))
    with pytest.raises(errors.StepNotPossible):
        step(uow, told.id, Step.DISPOSED)
    step(uow, told.id, Step.COMPLETED)
    when = {"place": "环卫处置场", "at": uow.now + timedelta(days=1), "reported_at": uow.now}
    with pytest.raises(errors.MethodNotAllowed):
        step(uow, told.id, Step.DISPOSED, method=Method.CORRECT_LABEL, **when)
    with pytest.raises(errors.DisposalNotReported):
        step(uow, told.id, Step.DISPOSED, method=Method.HARMLESS, **(when | {"reported_at": None}))
    with pytest.raises(errors.MethodMissing):
        step(uow, told.id, Step.DISPOSED)
    step(uow, told.id, Step.DISPOSED, method=Method.HARMLESS, **when)
    step(uow, told.id, Step.SUMMARISED)
    with pytest.raises(errors.BasisMissing):
        step(uow, told.id, Step.CLOSED, document="")
    closed = step(uow, told.id, Step.CLOSED)
    assert (closed.state, closed.report_due) == (State.CLOSED, None)
    assert [one.step for one in queries.events_of(uow, told.id)] == [
        Step.OPENED, Step.STOP_SALE, Step.GRADED, Step.SCOPE_FROZEN, Step.PLANNED, Step.NOTIFIED,
        Step.COMPLETED, Step.DISPOSED, Step.SUMMARISED, Step.CLOSED,
    ]  # fmt: skip
    with pytest.raises(errors.AlreadyClosed):
        step(uow, told.id, Step.COMPLETED)


def test_a_high_risk_case_is_reported_in_five_working_days(uow, town):
    told = a_notified_recall(uow, town, level=Level.ONE)
    done = step(uow, told.id, Step.COMPLETED)
    assert done.report_due == datetime(2026, 8, 22, tzinfo=SHANGHAI)
    clocks = {one.timer: one.state for one in queries.clocks_of(uow, done)}
    assert clocks == {
        Timer.START: ClockState.MET, Timer.FINISH: ClockState.MET, Timer.REPORT: ClockState.RUNNING,
    }  # fmt: skip


def test_plans_and_notices_say_everything_the_law_wants(uow, town):
    opened = services.open_recall(uow, an_opening(town))
    with pytest.raises(errors.PlanIncomplete) as found:
        step(uow, opened.id, Step.PLANNED, items=PLAN | {"effect": " "})
    assert found.value.params["missing"] == "effect"
    step(uow, opened.id, Step.PLANNED)
    with pytest.raises(errors.NoticeIncomplete):
        step(uow, opened.id, Step.NOTIFIED, items={})
    with pytest.raises(errors.NoticeInFuture):
        step(uow, opened.id, Step.NOTIFIED, on=uow.today + timedelta(days=1))


def test_a_withdrawal_needs_no_public_notice(uow, town):
    opened = services.open_recall(uow, an_opening(town, kind=Kind.TAKE_BACK))
    step(uow, opened.id, Step.PLANNED)
    assert step(uow, opened.id, Step.NOTIFIED, items={}).state is State.NOTIFIED
    (line,) = [it for it in queries.events_of(uow, opened.id) if it.step is Step.NOTIFIED]
    assert line.details["public"] is False


def test_extension_and_escalation_move_the_last_day(uow, town):
    told = a_notified_recall(uow, town, level=Level.THREE)
    assert told.finish_due == datetime(2026, 9, 25, tzinfo=SHANGHAI)
    paper = {"basis": "办法第十八条", "document": "同意〔2026〕3号"}
    more = step(uow, told.id, Step.EXTENDED, days=5, **paper)
    assert more.finish_due == datetime(2026, 10, 10, tzinfo=SHANGHAI)  # 中秋 and 国庆 between
    with pytest.raises(errors.ExtensionUnfit):
        step(uow, told.id, Step.EXTENDED, days=0, **paper)
    with pytest.raises(errors.NotMoreSerious):
        step(uow, told.id, Step.ESCALATED, level=Level.THREE)
    worse = step(uow, told.id, Step.ESCALATED, level=Level.ONE)
    assert (worse.level, worse.finish_due) == (Level.ONE, datetime(2026, 8, 29, tzinfo=SHANGHAI))
    assert worse.start_due == KNOWN + timedelta(hours=24)


def test_an_ordered_recall_is_marked(uow, town):
    opened = services.open_recall(uow, an_opening(town))
    paper = {"basis": "食品安全法第六十三条", "document": "责令〔2026〕1号", "organ": "思明区局"}
    ordered = step(uow, opened.id, Step.ORDERED, **paper)
    assert (ordered.is_ordered, ordered.state) == (True, State.GRADED)
    line = queries.events_of(uow, opened.id)[-1]
    assert (line.organ, line.document, line.role) == ("思明区局", "责令〔2026〕1号", "system")


def test_a_late_filing_adds_its_holder_and_says_when_and_why(uow, town, database):
    told = a_notified_recall(uow, town)
    kiosk = an_operator(uow, 6)
    late = dispatch(kiosk, lot=a_lot("L1"), quantity="30", at="2026-08-13", document="CK-9")
    filed = file(uow, town.corner, late)
    assert [it.code for it in filed.warnings if it.rule == "L09"] == ["entries.lot_held_since"]
    assert services.look_again(uow, told.id) == 2  # the kiosk, and the corner shop's own line
    assert services.look_again(uow, told.id) == 0
    added = holders(uow, told.id, only="added")
    assert added.keys() == {kiosk}
    (line,) = added[kiosk].expected
    assert (line.revision, line.why, line.received) == (2, "late_filing", 30_000)
    assert added[kiosk].sent_at is not None
    assert facts(uow, "recall.scope_grew")[0]["operators"] == [kiosk]
    first = text(
        "SELECT on_hand FROM recall_holder WHERE operator_id = :op ORDER BY lot_id, revision"
    )
    assert uow.session.scalars(first, {"op": town.corner}).all()[:2] == [150_000, 120_000]


def test_a_product_recall_takes_in_lots_filed_later(uow, town):
    product = uow.session.scalar(
        text("SELECT product_id FROM lot WHERE id = :id"), {"id": town.lot}
    )
    opened = services.open_recall(uow, an_opening(town, lots=(), product_id=product))
    assert opened.lots == 2
    file(uow, town.dairy, production(lot=a_lot("L7"), quantity="10", document="P-7"))
    assert services.look_again(uow, opened.id) > 0
    assert queries.recall(uow, opened.id).lots == 3
    fresh = uow.session.scalar(text("SELECT id FROM lot WHERE lot_key = 'L:L7'"))
    assert fresh in held_lots(uow, [fresh])


def test_a_product_nobody_filed_a_lot_of_may_be_recalled(uow, town):
    made = text(
        "INSERT INTO product (gtin, name, name_key, created_at) "
        "VALUES ('06901234567892', '新品', '新品', now()) RETURNING id"
    )
    opened = services.open_recall(
        uow, an_opening(town, lots=(), product_id=uow.session.scalar(made))
    )
    assert (opened.lots, opened.holders, opened.is_spread) == (0, 0, True)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"reason": " "}, errors.ReasonMissing),
        ({"lots": ()}, errors.NothingToRecall),
        ({"known_at": KNOWN + timedelta(days=1)}, errors.KnownInFuture),
        ({"known_at": KNOWN.replace(year=2001)}, errors.KnownTooLongAgo),
        ({"lots": (987_654,)}, UnknownLot),
    ],
)
def test_what_cannot_be_opened_is_refused(uow, town, changed, refusal):
    with pytest.raises(refusal):
        services.open_recall(uow, an_opening(town, **changed))


def test_a_suspicion_stops_nothing_yet(uow, town):
    opened = services.open_recall(uow, an_opening(town, suspected=True))
    assert (opened.state, opened.level, held_lots(uow, [town.lot])) == (State.SUSPECTED, 0, {})
    stopped = step(uow, opened.id, Step.STOP_SALE)
    assert (stopped.state, set(held_lots(uow, [town.lot, town.buns]))) == (
        State.STOP_SALE, {town.lot, town.buns},
    )  # fmt: skip
    with pytest.raises(errors.LevelMissing):
        step(uow, opened.id, Step.GRADED)


def test_who_may_open_and_take_which_step(uow, town, units_of):
    dairy = Actor(role=Role.OPERATOR, operator_id=town.dairy)
    with units_of(dairy) as theirs:
        opened = services.open_recall(theirs, an_opening(town, recaller_id=None))
        assert opened.recaller_id == town.dairy
        with pytest.raises(errors.NotYours):
            step(theirs, opened.id, Step.ORDERED, basis="x", document="y")
        assert step(theirs, opened.id, Step.PLANNED).state is State.PLANNED
    with units_of(Actor(role=Role.OPERATOR, operator_id=town.shop)) as shop:
        with pytest.raises(errors.NotYourProduct):
            services.open_recall(shop, an_opening(town, recaller_id=None))
        with pytest.raises(errors.UnknownRecall):
            step(shop, opened.id, Step.NOTIFIED)
        with pytest.raises(errors.UnknownRecall):
            queries.recall(shop, opened.id)


def answer(uow, recall_id, who, which=Answer.COUNTED, **said):
    given = {"quantity": "100", "unit": "EA"} | said
    return services.give_answer(
        uow, GiveAnswer(recall_id=recall_id, operator_id=who, answer=which, **given)
    )


def test_answers_stay_and_the_first_brings_the_recall_under_way(uow, town, units_of):
    told = a_notified_recall(uow, town)
    with units_of(Actor(role=Role.OPERATOR, operator_id=town.shop, account_id=3)) as shop:
        answer(shop, told.id, town.shop)
        answer(shop, told.id, town.shop, quantity="0")
        answer(shop, told.id, town.shop, Answer.SOLD_OUT, quantity="", remark="都卖完了")
        with pytest.raises(errors.AnswerUnfit):
            answer(shop, told.id, town.shop, Answer.RETURNED, quantity="")
        with pytest.raises(errors.UnknownHolder):
            answer(shop, told.id, town.shop, lot_id=town.buns)
        with pytest.raises(errors.RemarkTooLong):
            answer(shop, told.id, town.shop, remark="字" * 1001)
    assert queries.recall(uow, told.id).state is State.IN_PROGRESS
    said = queries.answers_of(uow, told.id, queries.Seen(operator_id=town.shop))
    assert [(it.answer, it.quantity, it.via) for it in said] == [
        ("sold_out", "", "account"), ("counted", "0", "account"), ("counted", "100", "account"),
    ]  # fmt: skip
    notice = queries.notice_of(uow, told.id, town.shop)
    assert (notice.answered, notice.stage) == (Answer.SOLD_OUT, 0)
    assert queries.tally_of(uow, told.id)["answered"] == 1
    assert len(facts(uow, "recall.answered")) == 3


def test_silence_goes_from_a_reminder_to_the_visitors_list(uow, town, database):
    told = a_notified_recall(uow, town)
    answer(uow, told.id, town.shop)
    uow.session.commit()
    stages = []
    for hours in (23, 25, 26, 49, 73, 99):
        with later(database, hours) as then:
            stages.append(services.remind_the_silent(then, told.id))
    assert stages == [0, 4, 0, 4, 4, 0]
    with later(database, 100) as then:
        assert {one.stage for one in holders(then, told.id, only="visit").values()} == {3}
        assert [it["stage"] for it in facts(then, "recall.overdue")] == [2, 3]
        assert [it["reminder"] for it in facts(then, "recall.notice_sent")] == [0, 1, 2, 3]


def test_a_job_that_was_away_reminds_once(uow, town, database):
    told = a_notified_recall(uow, town)
    uow.session.commit()
    with later(database, 80) as then:
        assert services.remind_the_silent(then, told.id) == 5
        assert [it["stage"] for it in facts(then, "recall.overdue")] == [3]


def test_missed_limits_are_noted_once(uow, town, database):
    opened = services.open_recall(uow, an_opening(town))
    uow.session.commit()
    noted = []
    for hours in (40, 47, 48):
        with later(database, hours) as then:
            noted.append(services.note_missed_clocks(then, opened.id))
    assert noted == [0, 1, 0]
    with later(database, 50) as then:
        assert facts(then, "recall.overdue")[0]["timer"] == "start"
        (clock, *_) = queries.clocks_of(then, queries.recall(then, opened.id))
        assert clock.state is ClockState.MISSED


def test_a_drill_holds_nothing_tells_nobody_and_stays_as_it_was(uow, town):
    drill = services.open_recall(uow, an_opening(town, is_drill=True))
    step(uow, drill.id, Step.PLANNED)
    told = step(uow, drill.id, Step.NOTIFIED)
    assert (told.is_drill, told.number[0], told.holders) == (True, "D", 5)
    assert held_lots(uow, [town.lot, town.buns]) == {}
    assert (
        uow.session.scalars(
            text("SELECT fact FROM outbox_fact WHERE fact LIKE 'recall.%' OR fact LIKE 'lot.%'")
        ).all()
        == []
    )
    moved(uow, town.trader, town.shop, "10", "CK-8")
    assert services.look_again(uow, drill.id) == 0
    with pytest.raises(errors.IsDrill):
        answer(uow, drill.id, town.shop)
    assert queries.recalls_of_lots(uow, [town.lot]) == {}


def test_a_lots_recalls_are_found_by_the_public(uow, town):
    told = a_notified_recall(uow, town)
    found = queries.recalls_of_lots(uow, [town.lot, town.buns])
    assert {lot: [it.id for it in those] for lot, those in found.items()} == {
        town.lot: [told.id], town.buns: [told.id],
    }  # fmt: skip


def test_spreading_again_changes_nothing(uow, town):
    opened = services.open_recall(uow, an_opening(town))
    services.spread(uow, opened.id)
    assert queries.recall(uow, opened.id).revision == 1
    assert isinstance(replace(an_opening(town), hazard=Hazard.LABEL), OpenRecall)
    assert NOTICE
    assert INSPECTOR.may("recall.order")
