"""Two farms sell greens of one name and one date to a shop; the farms never meet (decision 13)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from sqlalchemy import text
from support.filings import a_line, an_operator, file
from support.named import a_uscc

from app.food.subjects.services import merge_subject
from ledger.entries.queries import on_hand
from ledger.entries.terms import EntryKind, Flag, Line
from ledger.kernel.uow import UnitOfWork
from ledger.products.services import hold_lot
from ledger.products.terms import HoldLot, LotNamed
from ledger.subjects.services import resolve_parties
from ledger.subjects.terms import MergeSubject, Party
from scanner.trace.queries import trace
from scanner.trace.rules.visibility import own_view
from scanner.trace.terms import Direction, Trace, TraceAsked

GREENS = LotNamed(product="青菜", lot="20260503", category="蔬菜")


@dataclass
class Town:
    """Farms d and e, shop b, its customers c and f; ``filed`` holds references by name."""

    uow: UnitOfWork
    ids: dict[str, int]
    filed: dict[str, str]

    def file(self, who: str, kind: EntryKind, quantity: str, partner: str = "", **more) -> str:
        party = {"partner": Party(subject_id=self.ids[partner])} if partner else {}
        said = {"lot": GREENS, "unit": "KGM", "quantity": quantity, "at": "2026-08-02"}
        said |= {"document": "", **party, **more}
        filed = file(self.uow, self.ids[who], a_line(kind, **said))
        self.filed[f"{who} {kind.value} {partner}".strip()] = filed.entries[0]
        return filed.entries[0]

    def lot_of(self, who: str) -> int:
        found = self.uow.session.scalars(
            text("SELECT l.id FROM lot l JOIN product p ON p.id = l.product_id "
                 "WHERE p.producer_id = :w AND p.name = '青菜'"),
            {"w": self.ids[who]},
        )  # fmt: skip
        return found.one()

    def asked(self, of: str, direction: Direction = Direction.DOWN, at: str = "") -> Trace:
        question = TraceAsked(
            lots=(self.lot_of(of),), direction=direction, operator_id=self.ids.get(at)
        )
        found = trace(self.uow, question)
        levels = trace(self.uow, replace(question, level_wise=True))
        assert replace(levels, round_trips=0) == replace(found, round_trips=0)
        return found

    def who(self, found: Trace) -> set[str]:
        names = {number: name for name, number in self.ids.items()}
        return {names[holder.node.operator] for holder in found.holders}

    def withdraw(self, who: str, entry: str) -> None:
        line = Line(kind=EntryKind.CORRECTION, corrects=self.filed[entry], reason="错")
        assert file(self.uow, self.ids[who], line).accepted == 1


@pytest.fixture
def town(uow: UnitOfWork) -> Town:
    ids = {name: an_operator(uow, number) for number, name in enumerate("bcdef", start=11)}
    made = Town(uow, ids, {})
    for farm in "de":
        made.file(farm, EntryKind.PRODUCTION, "100", at="2026-08-01")
        made.file("b", EntryKind.RECEIPT, "40", farm)
    made.file("b", EntryKind.DISPATCH, "30", "c", at="2026-08-03")
    return made


def test_the_farms_stay_apart_downstream_and_both_are_found_upstream(town: Town) -> None:
    assert town.who(town.asked("d")) == {"d", "b", "c"}
    assert town.who(town.asked("d", at="d")) == {"d", "b", "c"}
    assert town.who(town.asked("e")) == {"e", "b", "c"}
    up = town.asked("b", Direction.UP, at="c")
    assert town.who(up) == {"c", "b", "d", "e"}
    assert town.who(town.asked("b", Direction.UP)) == {"b", "d", "e"}


def test_the_shop_s_totals_are_over_all_it_had_and_say_that_it_is_mixed(town: Town) -> None:
    found = town.asked("d")
    (shop,) = [it for it in found.holders if it.node.operator == town.ids["b"]]
    assert (shop.received, shop.dispatched, shop.on_hand) == (80_000_000, 30_000_000, 50_000_000)
    assert found.sources == {shop.node: 2}
    assert not [gap for gap in found.gaps if gap.kind.value == "more_out_than_in"]
    assert on_hand(town.uow, town.ids["b"], [town.lot_of("b")])[town.lot_of("b")][0].quantity == 50
    flags = town.uow.session.scalars(text("SELECT flags FROM entry WHERE kind = 2"))
    assert not any(flag & Flag.IMBALANCE for flag in flags)


def test_a_stop_reaches_the_shop_and_its_customers_and_not_the_other_farm(town: Town) -> None:
    hold_lot(town.uow, HoldLot(lot_id=town.lot_of("d"), reason="检出农残"))
    for who in "bc":
        line = a_line(EntryKind.DISPATCH, lot=GREENS, unit="KGM", quantity="1",
                      partner=Party(subject_id=town.ids["f"]), document="S")  # fmt: skip
        if who == "c":  # hands on the shop's lot, whose producer it states
            named = replace(GREENS, producer=Party(subject_id=town.ids["b"]))
            line = replace(line, portions=(replace(line.portions[0], lot=named),))
        assert [it.code for it in file(town.uow, town.ids[who], line).refused] == [
            "entries.lot_held"
        ], who
    town.file("e", EntryKind.DISPATCH, "1", "f")


def test_a_farm_s_answer_names_its_own_lot_and_never_the_other_farm(town: Town) -> None:
    for farm, other in ("de", "ed"):
        found = town.asked(farm, Direction.BOTH, at=farm)
        assert found.lots[found.roots[0]].producer_id == town.ids[farm]
        seen = own_view(found, town.ids[farm])
        assert town.ids[other] not in seen.operators
        assert town.lot_of(other) not in seen.lots
    shop = own_view(town.asked("d", Direction.BOTH, at="b"), town.ids["b"])
    assert {it.node.operator for it in shop.holders} == {town.ids["b"]}
    customer = own_view(town.asked("b", Direction.BOTH, at="c"), town.ids["c"])
    assert {*customer.operators} == {town.ids["b"], town.ids["c"]}
    assert customer.sources == {}


def test_a_withdrawn_receipt_withdraws_the_link(town: Town) -> None:
    town.withdraw("b", "b receipt e")
    assert town.who(town.asked("b", Direction.UP, at="c")) == {"c", "b", "d"}
    assert town.who(town.asked("e")) == {"e"}
    assert 1 in town.asked("d").sources.values()
    town.withdraw("b", "b receipt d")
    assert town.who(town.asked("d")) == {"d"}


def test_shops_that_sell_to_each_other_both_ways_end_the_walk(town: Town) -> None:
    stated = replace(GREENS, producer=Party(subject_id=town.ids["b"]))
    town.file("c", EntryKind.RECEIPT, "30", "b", at="2026-08-03")
    town.file("c", EntryKind.DISPATCH, "5", "b", at="2026-08-04")
    town.file("b", EntryKind.DISPATCH, "5", "f", at="2026-08-05")
    assert stated.producer
    for of in "dbc":
        assert {"b", "c", "f"} <= town.who(town.asked(of)), of
    assert town.who(town.asked("b", Direction.UP, at="f")) == {"f", "b", "c", "d", "e"}


@pytest.mark.parametrize("merged", ["first", "between", "last"])
def test_a_party_merged_late_is_linked_all_the_same(town: Town, merged: str) -> None:
    uow, shop = town.uow, an_operator(town.uow, 30)
    (party,) = resolve_parties(uow, [Party(name="老王", contact="139")], open_unknown=True)
    assert isinstance(party, int)

    def merge(when: str) -> None:
        if when == merged:
            command = MergeSubject(unregistered_id=party, into_uscc=a_uscc(30), reason="同一家")
            merge_subject(uow, command)

    town.ids |= {"party": party, "shop": shop}
    merge("first")
    town.file("d", EntryKind.DISPATCH, "7", "party", at="2026-08-02")
    merge("between")
    town.file("shop", EntryKind.DISPATCH, "5", "f", at="2026-08-03")
    merge("last")
    found = town.asked("d", at="d")
    assert {holder.node.operator for holder in found.holders} == {
        town.ids[name] for name in ("d", "b", "c", "shop", "f")
    }
