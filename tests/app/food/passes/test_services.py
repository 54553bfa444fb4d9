"""A pass is made of dispatches in force, answered once by its buyer, and ends by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.filings import a_lot, an_operator, dispatch, file, production, receipt
from support.named import a_gtin

from app.food.passes import errors, queries, rules, services
from app.food.passes.terms import (
    AnswerPass,
    DispatchWithPass,
    IssuePass,
    PassesAsked,
    PassState,
)
from app.messages import queries as messages
from app.messages.terms import Boxes, InboxAsked
from ledger.entries.queries import book_page, entry_by_reference, waiting_for
from ledger.entries.terms import BookAsked, EntryKind
from ledger.kernel.actor import Actor, NotYourOperator, Role
from ledger.kernel.ids import parse_sealed_reference, sealed_reference
from ledger.subjects.terms import Party

KEY = "a-key-for-tests-only"


class Sides:
    """A seller, a buyer, and what the seller sent."""

    def __init__(self, uow):
        self.uow = uow
        self.house = uow.actor
        self.seller, self.buyer = an_operator(uow, 1), an_operator(uow, 2)
        file(uow, self.seller, production(quantity="500", unit="EA"))

    def acting(self, operator, account=7):
        self.uow.actor = Actor(role=Role.OPERATOR, account_id=account, operator_id=operator)
        return self.uow

    def sent(self, **changed):
        filed = file(self.uow, self.seller, dispatch(self.buyer, **{"quantity": "60"} | changed))
        return filed.entries[0]

    def issued(self, *references):
        self.acting(self.seller)
        wanted = references or (self.sent(),)
        return services.issue_pass(
            self.uow, IssuePass(operator_id=self.seller, references=wanted), KEY
        )

    def answer(self, pass_id, **said):
        return services.answer_pass(
            self.acting(self.buyer, 8), AnswerPass(pass_id=pass_id, **said), KEY
        )

    def told(self, operator):
        boxes = Boxes(operator_id=operator, account_id=None, role="")
        return [one.kind for one in messages.inbox(self.uow, boxes, InboxAsked())]


@pytest.fixture
def sides(uow):
    return Sides(uow)


def test_a_pass_shows_what_was_sent_to_both_sides(sides):
    pass_id = sides.issued()
    for side in (sides.seller, sides.buyer):
        found = queries.pass_by_id(sides.acting(side), pass_id)
        assert (found.seller_id, found.buyer_id) == (sides.seller, sides.buyer)
        assert found.state is PassState.ISSUED
        (line,) = found.lines
        assert (line.product_name, line.lot_number, line.quantity, line.unit) == (
            "纯牛奶",
            "L240501",
            "60",
            "EA",
        )
        assert line.received == ""
    assert sides.told(sides.buyer) == ["pass.issued"]
    sides.acting(an_operator_of(sides))
    with pytest.raises(errors.UnknownPass):
        queries.pass_by_id(sides.uow, pass_id)


def an_operator_of(sides):
    sides.uow.actor = sides.house
    return an_operator(sides.uow, 3)


def test_taken_as_sent_is_the_buyers_receipt_and_matched(sides):
    pass_id = sides.issued()
    assert len(waiting_for(sides.acting(sides.buyer), sides.buyer)) == 1
    assert sides.answer(pass_id) is PassState.ACCEPTED
    assert waiting_for(sides.uow, sides.buyer) == ()
    found = queries.pass_by_id(sides.uow, pass_id)
    assert found.lines[0].received == "60"
    line = entry_by_reference(sides.uow, found.receipt).lines[0]
    assert (line.kind, line.quantity, line.partner_id) == (
        EntryKind.RECEIPT,
        "60",
        sides.seller,
    )
    assert sides.told(sides.seller) == ["pass.accepted"]


def test_a_short_delivery_is_received_as_it_came_and_disputed(sides):
    pass_id = sides.issued()
    reference = queries.pass_by_id(sides.uow, pass_id).lines[0].reference
    short = {"quantities": {reference: "48"}}
    with pytest.raises(errors.ReasonMissing):
        sides.answer(pass_id, **short)
    assert sides.answer(pass_id, reason="破损 12 盒", **short) is PassState.DISPUTED
    found = queries.pass_by_id(sides.uow, pass_id)
    assert (found.lines[0].received, found.reason) == ("48", "破损 12 盒")
    assert waiting_for(sides.uow, sides.buyer) == ()  # both sides speak of one delivery
    assert sides.told(sides.seller) == ["pass.disputed"]


def test_what_is_refused_is_no_receipt_and_waits_no_more(sides):
    pass_id = sides.issued()
    assert sides.answer(pass_id, is_refused=True, reason="没订这批货") is PassState.REFUSED
    book = book_page(sides.uow, BookAsked(operator_id=sides.buyer))
    assert book.items == ()
    found = queries.pass_by_id(sides.uow, pass_id)
    assert (found.receipt, found.lines[0].received) == ("", "0")
    assert sides.told(sides.seller) == ["pass.refused"]


def test_a_pass_is_answered_once(sides):
    pass_id = sides.issued()
    sides.answer(pass_id)
    with pytest.raises(errors.AnsweredBefore):
        sides.answer(pass_id)
    with pytest.raises(errors.AnsweredBefore):
        sides.answer(pass_id, is_refused=True, reason="x")


def test_only_the_buyer_answers(sides):
    pass_id = sides.issued()
    command = AnswerPass(pass_id=pass_id)
    with pytest.raises(errors.NotTheBuyer):
        services.answer_pass(sides.acting(sides.seller), command, KEY)
    with pytest.raises(errors.UnknownPass):
        services.answer_pass(sides.acting(an_operator_of(sides)), command, KEY)
    with pytest.raises(errors.UnknownPass):
        services.answer_pass(sides.acting(sides.buyer), AnswerPass(pass_id=10**9), KEY)


def test_a_pass_ends_after_seven_days_and_both_are_told(sides):
    pass_id = sides.issued()
    uow = sides.uow
    assert services.expire_passes(uow, KEY) == 0
    uow.now += timedelta(days=7, hours=13)
    assert services.expire_passes(uow, KEY) == 0  # the seventh day is not over
    uow.now += timedelta(hours=1)
    with pytest.raises(errors.PassExpired):
        sides.answer(pass_id)
    uow.actor = sides.house
    assert services.expire_passes(uow, KEY) == 1
    assert services.expire_passes(uow, KEY) == 0
    assert queries.pass_by_id(uow, pass_id).state is PassState.EXPIRED
    with pytest.raises(errors.PassExpired):
        sides.answer(pass_id)
    assert sides.told(sides.seller) == ["pass.expired"]
    assert sides.told(sides.buyer) == ["pass.expired", "pass.issued"]


def test_what_was_received_otherwise_is_settled(sides):
    pass_id = sides.issued()
    sides.acting(sides.buyer)
    file(sides.uow, sides.buyer, receipt(sides.seller, quantity="60"))
    with pytest.raises(errors.SettledOtherwise):
        sides.answer(pass_id)


# --- what can go on a pass -----------------------------------------------------------------------


def issue(sides, *references, operator=None):
    command = IssuePass(operator_id=operator or sides.seller, references=references)
    return services.issue_pass(sides.acting(operator or sides.seller), command, KEY)


def test_a_dispatch_is_on_one_pass(sides):
    reference = sides.sent()
    issue(sides, reference)
    with pytest.raises(errors.PassThere):
        issue(sides, reference)


def test_a_pass_has_lines_and_not_too_many(sides):
    with pytest.raises(errors.NothingSent):
        issue(sides)
    lines = [dispatch(sides.buyer, quantity="1", lot=a_lot(f"N{n}")) for n in range(51)]
    sides.uow.actor = sides.house
    made = [production(quantity="1", lot=a_lot(f"N{n}")) for n in range(51)]
    file(sides.uow, sides.seller, *made)
    filed = file(sides.uow, sides.seller, *lines)
    with pytest.raises(errors.TooManyLines):
        issue(sides, *filed.entries)


def test_only_a_dispatch_of_ones_own_goes_on_a_pass(sides):
    made = file(sides.uow, sides.seller, production(quantity="1", lot=a_lot("P1"))).entries[0]
    with pytest.raises(errors.NotDispatched):
        issue(sides, made)
    with pytest.raises(NotYourOperator):
        services.issue_pass(
            sides.acting(sides.buyer),
            IssuePass(operator_id=sides.seller, references=[made]),
            KEY,
        )


def test_a_pass_is_one_delivery(sides):
    first, second = sides.sent(document="CK-1"), sides.sent(document="CK-2", quantity="5")
    with pytest.raises(errors.SeveralDeliveries):
        issue(sides, first, second)
    both = issue(sides, first, sides.sent(document="CK-1", quantity="7"))
    assert len(queries.pass_by_id(sides.uow, both).lines) == 2


def test_a_dispatch_without_a_document_gets_no_pass(sides):
    with pytest.raises(errors.DocumentMissing):
        issue(sides, sides.sent(document=""))


def test_who_is_not_registered_cannot_answer(sides):
    line = dispatch(0, quantity="3", partner=Party(name="流动摊贩", contact="13800000000"))
    reference = file(sides.uow, sides.seller, line).entries[0]
    with pytest.raises(errors.BuyerUnregistered):
        issue(sides, reference)


def test_a_dispatch_filed_with_its_pass_has_a_document_and_is_made_once(sides):
    line = dispatch(sides.buyer, quantity="9", document="")
    command = DispatchWithPass(operator_id=sides.seller, filing_key="page:1", lines=(line,))
    first = services.dispatch_with_pass(sides.acting(sides.seller), command, KEY)
    again = services.dispatch_with_pass(sides.uow, command, KEY)
    assert first == again
    found = queries.pass_by_id(sides.uow, first)
    assert found.document.startswith("YPT")
    assert sides.answer(first, quantities={found.lines[0].reference: "8"}, reason="少一盒") is (
        PassState.DISPUTED
    )
    assert waiting_for(sides.uow, sides.buyer) == ()


def test_passes_are_listed_by_side_and_state(sides):
    first, second = sides.issued(), sides.issued(sides.sent(quantity="3"))
    sides.answer(first)
    asked = {"operator_id": sides.buyer}
    uow = sides.acting(sides.buyer)
    assert [it.id for it in queries.passes_page(uow, PassesAsked(**asked))] == [second, first]
    one = queries.passes_page(uow, PassesAsked(**asked, limit=1, before=second))
    assert [it.id for it in one] == [first]
    open_ones = queries.passes_page(uow, PassesAsked(**asked, state=PassState.ISSUED))
    assert [it.id for it in open_ones] == [second]
    assert queries.passes_page(uow, PassesAsked(**asked, sent=True)) == []
    with pytest.raises(NotYourOperator):
        queries.passes_page(uow, PassesAsked(operator_id=sides.seller))


def test_the_number_of_a_pass_cannot_be_guessed():
    said = sealed_reference(rules.LETTER, 12, KEY)
    assert parse_sealed_reference(rules.LETTER, said, KEY) == 12
    from ledger.kernel.ids import UnknownReference

    for wrong in (said[:-1] + "0", sealed_reference(rules.LETTER, 12, "another key"), "P12", ""):
        with pytest.raises(UnknownReference):
            parse_sealed_reference(rules.LETTER, wrong, KEY)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({}, PassState.ACCEPTED),
        ({"a": "60", "b": ""}, PassState.ACCEPTED),
        ({"a": "60.0"}, PassState.ACCEPTED),
        ({"a": "59"}, PassState.DISPUTED),
        ({"a": "61"}, PassState.DISPUTED),
        ({"a": "0"}, PassState.DISPUTED),
        ({"a": "0", "b": "0.0"}, PassState.REFUSED),
        ({"a": "many"}, PassState.DISPUTED),
    ],
)
def test_what_an_answer_makes_of_a_pass(said, state):
    assert rules.state_of_answer({"a": "60", "b": "1.5"}, said) is state


def test_another_unit_of_goods_stays_as_it_was_sent(sides):
    lot = a_lot("KG1", gtin=a_gtin(2), name="豆腐")
    file(sides.uow, sides.seller, production(quantity="20", unit="KGM", lot=lot))
    pass_id = sides.issued(sides.sent(quantity="12.5", unit="KGM", lot=lot))
    assert sides.answer(pass_id) is PassState.ACCEPTED
    line = queries.pass_by_id(sides.uow, pass_id).lines[0]
    assert (line.quantity, line.received) == ("12.5", "12.5")
