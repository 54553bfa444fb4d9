"""Telling writes one message a box in the unit of who tells, and the same is told once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text
from support import accounts as people

from app.messages import errors, queries, services
from app.messages.rules import texts
from app.messages.terms import Boxes, InboxAsked, Tell
from ledger.kernel.actor import PUBLIC, Actor, Role

RECALL = {
    "product": "青团",
    "lot": "L1",
    "reason": "超标",
    "until": datetime(2026, 8, 16, 2, 30, tzinfo=UTC),
}


def notice(**changed):
    return Tell(**{"kind": "recall.notice", "params": RECALL, "link": "/recalls/3", **changed})


def box(uow, **boxes):
    return queries.inbox(
        uow, Boxes(**{"operator_id": None, "account_id": None, "role": ""} | boxes), InboxAsked()
    )


@pytest.fixture
def shop(uow):
    return people.subject(uow, "鹭江便利店")


def test_operators_persons_and_a_role_each_have_their_message(uow, shop):
    other = people.subject(uow, "别家")
    told = services.tell(
        uow, notice(operator_ids=[shop, shop], account_ids=[7], role=Role.INSPECTOR)
    )
    assert told == 3
    assert [one.kind for one in box(uow, operator_id=shop)] == ["recall.notice"]
    assert len(box(uow, account_id=7)) == len(box(uow, role="inspector")) == 1
    assert box(uow, operator_id=other) == box(uow, account_id=8) == box(uow, role="admin") == []


def test_nobody_to_tell_is_nothing_to_do(uow):
    assert services.tell(uow, notice(operator_ids=[])) == 0


def test_what_was_told_under_a_key_is_told_once_to_each(uow, shop):
    other = people.subject(uow, "别家")
    key = {"once_key": "recall.notice:3", "role": Role.INSPECTOR}
    assert services.tell(uow, notice(operator_ids=[shop], **key)) == 2
    assert services.tell(uow, notice(operator_ids=[shop, other], **key)) == 1
    assert services.tell(uow, notice(operator_ids=[shop, other], **key)) == 0
    assert services.tell(uow, notice(operator_ids=[shop])) == 1  # without a key it is another one


def test_what_differs_for_an_operator_is_its_own(uow, shop):
    other = people.subject(uow, "别家")
    services.tell(
        uow,
        notice(
            operator_ids=[shop, other],
            params={name: value for name, value in RECALL.items() if name != "lot"},
            own={shop: {"lot": "L1", "link": "/recalls/3/mine"}, other: {"lot": "L2"}},
        ),
    )
    mine, theirs = box(uow, operator_id=shop)[0], box(uow, operator_id=other)[0]
    assert (mine.params["lot"], mine.link) == ("L1", "/recalls/3/mine")
    assert (theirs.params["lot"], theirs.link) == ("L2", "/recalls/3")


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "recall.unheard_of"},
        {"params": {}},
        {"params": RECALL | {"phone": "13800000000"}},
        {"link": "https://elsewhere.example"},
        {"link": "//elsewhere.example"},
    ],
)
def test_a_message_without_words_or_with_others_is_a_bug(uow, shop, wrong):
    with pytest.raises(ValueError, match=r".+"):
        services.tell(uow, notice(operator_ids=[shop], **wrong))


def test_five_thousand_holders_are_told_in_one_statement(uow, database):
    ids = list(
        uow.session.scalars(
            text(
                "INSERT INTO subject (name, registered, created_at) SELECT 'f' || n, true, :at "
                "FROM generate_series(1, 5000) AS n RETURNING id"
            ),
            {"at": uow.now},
        )
    )
    assert services.tell(uow, notice(operator_ids=ids, once_key="recall.notice:9")) == 5000
    assert services.tell(uow, notice(operator_ids=ids, once_key="recall.notice:9")) == 0


def test_words_are_made_for_the_reader(uow, shop):
    services.tell(uow, notice(operator_ids=[shop]))
    message = box(uow, operator_id=shop)[0]
    zh = texts.words_of(message.kind, message.params, "zh")
    en = texts.words_of(message.kind, message.params, "en")
    assert zh.title == "召回：青团，批号 L1"
    assert "2026-08-16 10:30" in zh.text
    assert "16 Aug 2026, 10:30 (China time)" in en.text


def test_values_are_kept_as_json_can():
    said = texts.plain(
        {"n": 3, "q": Decimal("1.50"), "d": date(2026, 8, 15), "both": {"zh": "甲", "en": "A"}}
    )
    assert said == {"n": 3, "q": "1.50", "d": "2026-08-15", "both": {"zh": "甲", "en": "A"}}


def test_an_older_message_is_shown_though_its_text_has_changed():
    assert texts.words_of("recall.notice", {"product": "青团"}, "zh").text == "青团"
    assert texts.words_of("recall.forgotten", {}, "en").title == "recall.forgotten"


def test_both_words_of_a_value_go_to_their_reader():
    params = {"about": {"zh": "检验报告 7", "en": "report 7"}, "valid_to": "2026-09-01", "days": 17}
    assert "检验报告 7" in texts.words_of("certificate.expiring", params, "zh").text
    assert (
        "report 7 runs out on 1 Sep 2026"
        in texts.words_of("certificate.expiring", params, "en").text
    )


def test_every_kind_says_the_same_in_both_languages():
    from string import Formatter

    def named(said):
        return {name for _, name, _, _ in Formatter().parse(said) if name}

    for kind, said in texts.texts().items():
        assert set(said) == {"zh", "en", "zh_title", "en_title"}, kind
        assert named(said["zh"]) | named(said["zh_title"]) == named(said["en"]) | named(
            said["en_title"]
        ), kind


# --- reading -----------------------------------------------------------------------------------


def test_reading_is_for_the_whole_box(units_of, database, now, shop, uow):
    services.tell(uow, notice(operator_ids=[shop]))
    uow.session.flush()
    lin = Actor(role=Role.OPERATOR, account_id=1, operator_id=shop)
    mate = Actor(role=Role.CLERK, account_id=2, operator_id=shop, delegated=frozenset({shop}))
    message = box(uow, operator_id=shop)[0]
    uow.actor = lin
    assert queries.unread_count(uow, queries.boxes_of(mate)) == 1
    assert services.mark_read(uow, message.id) == "/recalls/3"
    assert queries.unread_count(uow, queries.boxes_of(mate)) == 0
    assert box(uow, operator_id=shop)[0].reader == 1
    uow.actor = mate
    services.mark_read(uow, message.id)
    assert box(uow, operator_id=shop)[0].reader == 1  # who came first


def test_another_box_is_no_box_of_ones_own(uow, shop):
    services.tell(uow, notice(operator_ids=[shop]))
    message = box(uow, operator_id=shop)[0]
    for who in (
        Actor(role=Role.OPERATOR, account_id=1, operator_id=people.subject(uow, "别家")),
        Actor(role=Role.INSPECTOR, account_id=3),
    ):
        uow.actor = who
        with pytest.raises(errors.UnknownMessage):
            services.mark_read(uow, message.id)
    assert queries.unread_count(uow, queries.boxes_of(PUBLIC)) == 0
    assert queries.inbox(uow, queries.boxes_of(PUBLIC), InboxAsked()) == []


def test_everything_up_to_a_message_is_read_at_once(uow, shop):
    uow.actor = Actor(role=Role.OPERATOR, account_id=1, operator_id=shop)
    for _ in range(3):
        services.tell(uow, notice(operator_ids=[shop], account_ids=[1]))
    newest = box(uow, operator_id=shop, account_id=1)
    assert services.mark_all_read(uow, newest[2].id) == 4
    assert queries.unread_count(uow, queries.boxes_of(uow.actor)) == 2


def test_a_page_is_filtered_and_goes_on(uow, shop):
    boxes = Boxes(operator_id=shop, account_id=4, role="")
    for number in range(5):
        services.tell(uow, notice(operator_ids=[shop], about=f"recall:{number}"))
    services.tell(
        uow, Tell(kind="trace.request", account_ids=[4], params={"lot": "L", "until": "2026-08-20"})
    )
    first = queries.inbox(uow, boxes, InboxAsked(limit=4))
    rest = queries.inbox(uow, boxes, InboxAsked(limit=4, before=first[-1].id))
    assert [one.kind for one in first] == ["trace.request"] + ["recall.notice"] * 3
    assert [one.about for one in rest] == ["recall:1", "recall:0"]
    only = queries.inbox(uow, boxes, InboxAsked(topic="trace"))
    assert [one.kind for one in only] == ["trace.request"]
    uow.actor = Actor(role=Role.OPERATOR, account_id=4, operator_id=shop)
    services.mark_read(uow, first[0].id)
    assert len(queries.inbox(uow, boxes, InboxAsked(unread=True))) == 5


def test_what_is_old_is_forgotten_with_its_letters(uow, shop):
    services.tell(uow, notice(operator_ids=[shop]))
    assert services.forget_old(uow) == 0
    uow.now = uow.now.replace(year=uow.now.year + 2, month=uow.now.month + 1)
    assert services.forget_old(uow) == 1
    assert box(uow, operator_id=shop) == []
