"""Signs kept true to grades, ended, replaced; replies beside them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from support.accounts import house

from app.credit.signage import errors, queries, services
from app.credit.signage.jobs import kept
from app.credit.signage.terms import (
    HideReply,
    RenewSign,
    RevokeSign,
    SayReply,
    SignState,
)
from ledger.kernel.actor import Actor, Role
from ledger.kernel.errors import Forbidden

OTHER = Actor(role=Role.OPERATOR, operator_id=999_999)


def graded(uow, subject_id, letter):
    uow.session.execute(
        text("UPDATE food_grade SET grade = :grade WHERE subject_id = :id"),
        {"grade": letter, "id": subject_id},
    )


def test_a_new_grade_brings_a_new_sign_and_the_same_grade_none(shop, sign, uow):
    kept(uow, "food", ())
    assert queries.signs_of_subject(uow, shop) == (sign,)
    graded(uow, shop, "D" if sign.class_code != "D" else "C")
    kept(uow, "food", (shop,))
    (new,) = queries.signs_of_subject(uow, shop)
    old = queries.sign_by_number(uow, sign.number)
    assert old.state(uow.today) is SignState.REPLACED
    assert old.replaced_by == new.number
    assert old.class_code == sign.class_code
    assert [one.number for one in queries.history_of(uow, sign.held)] == [new.number, old.number]


def test_a_sign_is_renewed_before_it_runs_out(database, now, shop, sign):
    later = now + timedelta(days=(sign.valid_until - now.date()).days - 20)
    with house(database, later) as then:
        kept(then, "food", ())
        (new,) = queries.signs_of_subject(then, shop)
        assert new.number != sign.number
        assert new.valid_until > sign.valid_until


def test_what_is_graded_no_more_has_no_sign(shop, sign, uow):
    uow.session.execute(text("UPDATE subject SET status = 'closed' WHERE id = :s"), {"s": shop})
    kept(uow, "food", ())
    ended = queries.sign_by_number(uow, sign.number)
    assert ended.state(uow.today) is SignState.REVOKED
    assert queries.signs_of_subject(uow, shop) == ()


def test_what_was_revoked_stays_without_a_sign_until_it_is_issued_again(shop, sign, uow):
    services.revoke_sign(uow, RevokeSign(number=sign.number, reason="  出租\n牌子 "))
    kept(uow, "food", ())
    assert queries.signs_of_subject(uow, shop) == ()
    assert queries.sign_by_number(uow, sign.number).reason == "出租 牌子"
    with pytest.raises(errors.SignEnded):
        services.revoke_sign(uow, RevokeSign(number=sign.number, reason="x"))
    made = services.renew_sign(uow, RenewSign(number=sign.number, reason="已整改"))
    (hangs,) = queries.signs_of_subject(uow, shop)
    assert hangs.number == made
    with pytest.raises(errors.SignEnded):
        services.renew_sign(uow, RenewSign(number=sign.number, reason="再来一块"))


def test_a_lost_sign_is_replaced_by_one_that_says_the_same(shop, sign, uow):
    made = services.renew_sign(uow, RenewSign(number=sign.number, reason="丢了"))
    new, old = queries.sign_by_number(uow, made), queries.sign_by_number(uow, sign.number)
    assert (new.class_code, new.place) == (sign.class_code, sign.place)
    assert (old.replaced_by, old.reason) == (made, "丢了")


def test_a_reply_is_the_holders_own_and_an_officer_may_hide_it(units_of, shop, sign, uow):
    holder = Actor(role=Role.OPERATOR, operator_id=shop)
    with units_of(holder) as theirs:
        said = "我们\u202e换了\x00冰柜。\n\n  欢迎来看 "
        services.say_reply(theirs, SayReply(number=sign.number, text=said))
        with pytest.raises(errors.ReplyTooLong):
            services.say_reply(theirs, SayReply(number=sign.number, text="长" * 301))
    assert queries.reply_about(uow, sign.held).text == "我们换了冰柜。\n欢迎来看"
    services.hide_reply(uow, HideReply(number=sign.number, reason="含他人姓名"))
    assert queries.reply_about(uow, sign.held).hidden_why == "含他人姓名"
    with pytest.raises(errors.NothingSaid):
        services.hide_reply(uow, HideReply(number=sign.number, reason="再"))
    services.say_reply(uow, SayReply(number=sign.number, text=" "))
    assert queries.reply_about(uow, sign.held) is None


def test_who_may_not_is_refused_before_anything_is_looked_at(units_of, sign, uow):
    with units_of(OTHER) as theirs:
        for work, command in (
            (services.revoke_sign, RevokeSign(number=sign.number, reason="x")),
            (services.renew_sign, RenewSign(number=sign.number, reason="x")),
            (services.hide_reply, HideReply(number=sign.number, reason="x")),
            (services.say_reply, SayReply(number=sign.number, text="x")),
        ):
            with pytest.raises(Forbidden):
                work(theirs, command)
    for command in (RevokeSign(number=sign.number, reason=" "),):
        with pytest.raises(errors.ReasonMissing):
            services.revoke_sign(uow, command)
    with pytest.raises(errors.UnknownSign):
        queries.sign_by_number(uow, "000000000000")


def test_a_scanned_address_and_a_typed_number_lead_to_whose_it_is(shop, sign, uow):
    for said in (
        f"https://suyuan.example.cn/s/{sign.number}?c=ABC",
        f"/s/{sign.number}/",
        sign.number.lower(),
    ):
        assert queries.subject_of_sign(uow, said) == shop
    assert queries.subject_of_sign(uow, "https://x/s/") is None
