"""A day's deliveries pair whatever number the other side had when it was filed."""

from __future__ import annotations

from sqlalchemy import text
from support.filings import an_operator, dispatch, file, receipt
from support.named import a_uscc

from ledger.entries.services import pair_day
from ledger.subjects.services import merge_subject
from ledger.subjects.terms import MergeSubject, Party


def test_a_delivery_to_a_party_merged_later_pairs_from_both_sides(uow, now):
    dairy, shop = an_operator(uow, 1), an_operator(uow, 2)
    party = Party(name="老王", contact="139", address="同安")
    file(uow, dairy, dispatch(0, partner=party, document="CK-1"))
    file(uow, shop, receipt(dairy, document="CK-1"))
    number = uow.session.scalar(text("SELECT id FROM subject WHERE name = '老王'"))
    merge_subject(uow, MergeSubject(unregistered_id=number, into_uscc=a_uscc(2), reason="同一家"))
    assert pair_day(uow, dairy, now.date()).matched == 1
    assert pair_day(uow, shop, now.date()).matched == 1
