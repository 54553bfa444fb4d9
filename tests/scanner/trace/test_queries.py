"""The trace over a real store: what is read, by which statements, and what cuts it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from ledger.entries.model import ENTRY_COLUMNS
from ledger.entries.terms import RowKind
from ledger.kernel.moment import parse_moment
from ledger.kernel.uow import UnitOfWork
from scanner.trace.queries import totals_of_product, trace
from scanner.trace.terms import Direction, GapKind, Limit, Limits, Node, Trace, TraceAsked, amount


class Store:
    """Subjects, lots and rows put straight into the tables."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self.entry = 0

    def one(self, sql: str, **values: object) -> int:
        return int(self.uow.session.execute(text(sql), values).scalar_one())

    def subject(self, name: str) -> int:
        return self.one(
            "INSERT INTO subject (name, kinds, registered, created_at, party_key) VALUES "
            "(:name, '{distribution}', true, now(), :name) RETURNING id",
            name=name,
        )

    def lot(self, name: str, number: str, base: int | None = None, contains: int = 1) -> int:
        product = self.one(
            "INSERT INTO product (name, name_key, base_id, contains, created_at, in_store) VALUES "
            "(:name, :name, :base, :contains, now(), :name) RETURNING id",
            name=name,
            base=base,
            contains=contains,
        )
        return self.one(
            "INSERT INTO lot (product_id, lot_key, number) VALUES (:p, :k, :n) RETURNING id",
            p=product,
            k=f"L:{number}",
            n=number,
        )

    def row(  # noqa: PLR0917
        self,
        kind: RowKind,
        lot: int,
        op: int,
        other: int,
        qty: int,
        day: int = 1,
        entry: int | None = None,
    ) -> int:
        self.entry += 1
        values = {
            "id": entry or self.entry,
            "qty": qty * (1 if kind is RowKind.VOID else 1000),
            "lot": lot,
            "ts": parse_moment(f"2026-05-{day:02}").seconds,
            "op": op,
            "other": other,
            "doc": 0,
            "kind": int(kind),
            "unit": 0 if kind is RowKind.ALIAS else 3,
            "precision": 3,
            "flags": 0,
        }
        names = ", ".join(ENTRY_COLUMNS)
        marks = ", ".join(f":{name}" for name in ENTRY_COLUMNS)
        self.uow.session.execute(text(f"INSERT INTO entry ({names}) VALUES ({marks})"), values)
        return values["id"]

    def move(self, lot: int, frm: int, to: int, qty: int, day: int) -> None:
        self.row(RowKind.DISPATCH, lot, frm, to, qty, day)
        self.row(RowKind.RECEIPT, lot, to, frm, qty, day)

    def turn(self, op: int, inputs: dict[int, int], made: int, qty: int, day: int) -> int:
        self.entry += 1
        entry = self.entry
        for lot, used in inputs.items():
            self.row(RowKind.USE, lot, op, made, used, day, entry)
        self.row(RowKind.YIELD, made, op, op, qty, day, entry)
        return entry


@pytest.fixture
def store(uow: UnitOfWork) -> Store:
    return Store(uow)


@pytest.fixture
def town(store: Store) -> dict[str, int]:
    """Milk and flour become cake; the cake reaches a shop."""
    made = {name: store.subject(name) for name in ("dairy", "mill", "baker", "shop")}
    made |= {name: store.lot(name, f"N-{name}") for name in ("milk", "flour", "cake")}
    store.row(RowKind.PRODUCTION, made["milk"], made["dairy"], made["dairy"], 100, 1)
    store.row(RowKind.PRODUCTION, made["flour"], made["mill"], made["mill"], 100, 1)
    store.move(made["milk"], made["dairy"], made["baker"], 60, 2)
    store.move(made["flour"], made["mill"], made["baker"], 50, 2)
    store.turn(made["baker"], {made["milk"]: 40, made["flour"]: 30}, made["cake"], 300, 3)
    store.move(made["cake"], made["baker"], made["shop"], 200, 4)
    return made


def asked(lot: int, direction: str = "down", **more: Any) -> TraceAsked:
    return replace(TraceAsked(lots=(lot,), direction=Direction(direction)), **more)


def both_ways(uow: UnitOfWork, question: TraceAsked) -> Trace:
    """The answer, after making sure that the form for a cluster gives the same one."""
    answer = trace(uow, question)
    levels = trace(uow, replace(question, level_wise=True))
    assert replace(levels, round_trips=0) == replace(answer, round_trips=0)
    return answer


def nodes(answer: Trace) -> set[Node]:
    return {holder.node for holder in answer.holders}


def test_downstream_is_read_in_few_statements(uow: UnitOfWork, town: dict[str, int]) -> None:
    answer = both_ways(uow, asked(town["milk"]))
    assert nodes(answer) == {
        Node(town["dairy"], town["milk"]),
        Node(town["baker"], town["milk"]),
        Node(town["baker"], town["cake"]),
        Node(town["shop"], town["cake"]),
    }
    assert answer.complete
    assert answer.round_trips == 1
    (turned,) = answer.transformations
    assert {p.lot: amount(p.thousandths or 0, p.unit) for p in turned.inputs} == {
        town["milk"]: "40",
        town["flour"]: "30",
    }
    assert answer.operators[town["shop"]].name == "shop"
    assert answer.operators[town["shop"]].kind == "distribution"
    assert answer.lots[town["flour"]].number == "N-flour"


def test_upstream_finds_every_input(uow: UnitOfWork, town: dict[str, int]) -> None:
    expected = {
        Node(town["baker"], town["cake"]),
        Node(town["baker"], town["milk"]),
        Node(town["baker"], town["flour"]),
        Node(town["dairy"], town["milk"]),
        Node(town["mill"], town["flour"]),
    }
    answer = both_ways(uow, asked(town["cake"], "up"))
    assert nodes(answer) == expected
    assert answer.round_trips == 1
    assert nodes(both_ways(uow, asked(town["cake"], "both"))) == expected | {
        Node(town["shop"], town["cake"])
    }
    assert Node(town["dairy"], town["milk"]) in nodes(
        both_ways(uow, asked(town["cake"], "up", operator_id=town["shop"]))
    )


def test_merged_subjects_are_one_operator(
    uow: UnitOfWork, store: Store, town: dict[str, int]
) -> None:
    farmer = store.subject("farmer")
    store.row(RowKind.DISPATCH, town["milk"], town["dairy"], farmer, 5, 5)
    store.row(RowKind.RECEIPT, town["milk"], town["shop"], town["dairy"], 5, 5)
    uow.session.execute(
        text("UPDATE subject SET merged_into = :s WHERE id = :f"), {"s": town["shop"], "f": farmer}
    )
    answer = both_ways(uow, asked(town["milk"]))
    assert Node(town["shop"], town["milk"]) in nodes(answer)
    assert Node(farmer, town["milk"]) not in nodes(answer)
    assert answer.gaps == ()
    only = both_ways(uow, asked(town["milk"], operator_id=farmer))
    assert nodes(only) == {Node(town["shop"], town["milk"])}


def test_a_case_and_its_unit_are_one_lot(
    uow: UnitOfWork, store: Store, town: dict[str, int]
) -> None:
    base = store.one("SELECT product_id FROM lot WHERE id = :l", l=town["milk"])
    case = store.lot("case of milk", "N-milk", base=base, contains=12)
    store.row(RowKind.ALIAS, town["milk"], 0, case, 0)
    store.row(RowKind.ALIAS, case, 0, town["milk"], 0)
    store.row(RowKind.DISPATCH, case, town["dairy"], town["shop"], 2, 5)
    for lot in (town["milk"], case):
        answer = both_ways(uow, asked(lot))
        assert answer.roots == (town["milk"],)
        (holder,) = [h for h in answer.holders if h.node == Node(town["shop"], town["milk"])]
        assert amount(holder.presumed, holder.unit) == "24"


def test_a_voided_entry_is_not_followed(
    uow: UnitOfWork, store: Store, town: dict[str, int]
) -> None:
    pie = store.lot("pie", "N-pie")
    entry = store.turn(town["baker"], {town["milk"]: 1}, pie, 1, 3)
    store.row(RowKind.VOID, town["milk"], town["baker"], 0, entry)
    assert pie not in {node.lot for node in nodes(both_ways(uow, asked(town["milk"])))}


def test_a_limit_keeps_whole_lots_and_is_named(uow: UnitOfWork, town: dict[str, int]) -> None:
    answer = both_ways(uow, asked(town["milk"], limits=Limits(lots=1)))
    assert answer.limits == (Limit.LOTS,)
    assert not answer.complete
    assert {node.lot for node in nodes(answer)} == {town["milk"]}
    few = both_ways(uow, asked(town["milk"], limits=Limits(rows=5)))
    assert few.limits == (Limit.ROWS,)
    assert {node.lot for node in nodes(few)} == {town["milk"]}
    assert trace(uow, asked(town["milk"], limits=Limits(rows=2))).rows_read == 2


def test_a_lot_without_entries_has_an_empty_trace(uow: UnitOfWork, store: Store) -> None:
    answer = both_ways(uow, asked(store.lot("nothing", "0"), "both"))
    assert (answer.holders, answer.gaps, answer.complete) == ((), (), True)


def test_several_lots_are_traced_together(
    uow: UnitOfWork, store: Store, town: dict[str, int]
) -> None:
    question = TraceAsked(lots=(town["milk"], town["flour"]))
    answer = both_ways(uow, question)
    assert answer.roots == (town["milk"], town["flour"])
    assert Node(town["mill"], town["flour"]) in nodes(answer)
    assert not [gap for gap in answer.gaps if gap.kind is not GapKind.DATE_UNKNOWN]


def many_lots(store: Store, town: dict[str, int], count: int) -> tuple[int, list[int]]:
    """A product with many lots, of each 10 made at the dairy and 4 gone to the shop."""
    first = store.lot("butter", "B-0")
    product = store.one("SELECT product_id FROM lot WHERE id = :l", l=first)
    more = store.uow.session.scalars(
        text(
            "INSERT INTO lot (product_id, lot_key, number) SELECT :p, 'L:B-' || n, 'B-' || n "
            "FROM generate_series(1, :n) n RETURNING id"
        ),
        {"p": product, "n": count - 1},
    )
    lots = [first, *more]
    for lot in lots:
        store.row(RowKind.PRODUCTION, lot, town["dairy"], town["dairy"], 10, 1)
        store.row(RowKind.DISPATCH, lot, town["dairy"], town["shop"], 4, 2)
    return product, lots


def test_totals_of_a_product_are_over_all_its_lots_page_by_page(
    uow: UnitOfWork, store: Store, town: dict[str, int]
) -> None:
    product, lots = many_lots(store, town, 230)
    store.turn(town["shop"], {lots[0]: 1}, town["cake"], 5, 3)  # a product of its own: not counted
    case = store.lot("case of butter", "B-1", base=product, contains=3)
    store.row(RowKind.ALIAS, lots[1], 0, case, 0)
    store.row(RowKind.ALIAS, case, 0, lots[1], 0)
    store.row(RowKind.DISPATCH, case, town["dairy"], town["shop"], 1, 5)  # the newest lot
    found = totals_of_product(uow, product, asked(lots[0]))
    assert (found.lots, found.complete) == (231, True)
    dairy, shop = sorted(found.items, key=lambda total: total.operator)
    assert (dairy.shown.name, dairy.lots) == ("dairy", 230)
    assert amount(dairy.on_hand, dairy.unit) == str(230 * 6 - 3)
    assert amount(shop.figures[0], shop.unit) == str(230 * 4 + 3)
    levels = totals_of_product(uow, product, asked(lots[0], level_wise=True))
    assert levels == found
    own = asked(lots[0], operator_id=town["shop"])
    (mine,) = totals_of_product(uow, product, own, is_own=True).items
    assert (mine.operator, mine.figures) == (town["shop"], shop.figures)


def test_totals_that_a_limit_cuts_say_so(
    uow: UnitOfWork, store: Store, town: dict[str, int]
) -> None:
    product, lots = many_lots(store, town, 205)
    found = totals_of_product(uow, product, asked(lots[0], limits=Limits(rows=400)))
    assert (found.lots, found.complete) == (200, False)


def test_a_product_without_lots_has_no_totals(uow: UnitOfWork, store: Store) -> None:
    product = store.one(
        "INSERT INTO product (name, name_key, created_at, in_store) VALUES "
        "('cheese', 'cheese', now(), 'cheese') RETURNING id"
    )
    found = totals_of_product(uow, product, TraceAsked(lots=()))
    assert (found.items, found.lots, found.complete) == ((), 0, True)
    assert trace(uow, TraceAsked(lots=())).holders == ()
