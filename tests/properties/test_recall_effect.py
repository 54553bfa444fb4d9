"""Chance sends, returns, sells, eats and destroys; the effectiveness of a recall holds.

It is never above one, no return that is filed lowers any figure, and it equals what a slow loop
over the raw rows of the book comes to.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from support.filings import a_line, a_lot, an_operator, dispatch, file, production, receipt
from support.named import a_gtin

from app.food.recalls import services
from app.food.recalls.rules.effects import Effects, effects_of
from app.food.recalls.rules.shares import measured
from app.food.recalls.terms import OpenRecall
from ledger.entries.terms import EntryKind, Line, Portion
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM
from ledger.kernel.moment import from_stored, moment_of
from ledger.kernel.quantity import EA
from ledger.kernel.zone import SHANGHAI
from ledger.subjects.terms import Party, SubjectKind

KNOWN = datetime(2026, 8, 14, 12, 0, tzinfo=SHANGHAI)
DAYS = ("2026-08-12", "2026-08-14", "2026-08-15")  # before it was known, that day, after
CATERER = 3
MOVE = st.tuples(
    st.sampled_from(["send", "back", "sell", "drop", "use"]),
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(1, 40),
    st.integers(0, 40),  # how much the receiver says, 0 = it says nothing
    st.sampled_from(DAYS),
)
Sums = dict[str, int]


def _file(uow: Any, people: list[int], number: int, step: tuple[Any, ...]) -> None:
    what, one, other, much, came, day = step
    said = {"lot": a_lot("L1"), "quantity": str(much), "at": day, "document": f"N-{number}"}
    if what in ("send", "back"):
        if one == other:
            return
        back = {"is_return": what == "back"}
        sent = file(uow, people[one], dispatch(people[other], **said, **back))
        assert sent.refused == ()
        if came:
            line = receipt(people[one], **said | {"quantity": str(came)}, **back)
            assert file(uow, people[other], line).refused == ()
        return
    if what == "sell":
        line = a_line(EntryKind.DISPATCH, partner=Party(consumers=True), **said)
    elif what == "drop":
        line = a_line(EntryKind.DISPOSAL, reason="expired", **said)
    else:
        line = Line(
            kind=EntryKind.TRANSFORMATION,
            at=production(at=day).at,
            portions=(Portion(lot=a_lot("L1"), quantity=str(much), unit="EA"),),
            outputs=(Portion(lot=a_lot(f"X{number}", gtin=a_gtin(2)), quantity="1", unit="EA"),),
        )
    assert file(uow, people[one], line).refused == ()


def _before(*rows: Any) -> bool:
    known = moment_of(KNOWN).seconds
    return all(from_stored(row.ts, row.precision).latest < known for row in rows)


class Slow:
    """The sums of every operator and of the market, row by row; deliveries by their document."""

    def __init__(self, uow: Any, people: list[int]) -> None:
        self.origin, self.caterer = people[0], people[CATERER]
        self.nodes: dict[int, Sums] = defaultdict(lambda: defaultdict(int))
        self.whole: Sums = defaultdict(int)
        query = "SELECT e.* FROM entry e JOIN lot l ON l.id = e.lot WHERE l.lot_key = 'L:L1'"
        sides: dict[int, dict[int, Any]] = defaultdict(dict)
        for row in uow.session.execute(text(query)).all():
            if row.kind in (2, 3) and row.other:
                sides[row.doc][row.kind] = row
            else:
                self._ends(row)
        for delivery in sides.values():
            self._moves(delivery)

    def _ends(self, row: Any) -> None:
        place = {2: "sold", 4: "used", 6: "destroyed"}.get(row.kind)
        if place == "sold" and row.op == self.caterer:
            place = "consumed"
        if place in ("consumed", "destroyed") and _before(row):
            place = "before"
        if place:
            self.nodes[row.op][place] += row.qty
            self.whole[place] += row.qty if row.op != self.origin else 0

    def _moves(self, sides: dict[int, Any]) -> None:
        sent = sides[2]
        much = max(row.qty for row in sides.values())
        leaves, comes = sent.op != self.origin, sent.other != self.origin
        if sent.flags & 64:
            place = "before" if _before(*sides.values()) else "returned"
            self.nodes[sent.op][place] += much
            self.whole[place] += much if leaves and not comes else 0
            return
        self.nodes[sent.op]["passed_on"] += much
        self.nodes[sent.other]["shipped"] += much
        if leaves != comes:
            self.whole["shipped" if comes else "passed_on"] += much


def _ratio(sums: Sums) -> Fraction | None:
    base = max(0, sums["shipped"] - sums["passed_on"] - sums["used"] - sums["before"])
    done = min(base, sums["returned"] + sums["destroyed"] + sums["consumed"])
    return Fraction(done, base) if base else None


def _found(uow: Any, recall_id: int) -> Effects:
    return effects_of(services.followed(uow, recall_id).flows)


def _ratios(found: Effects, lot: int) -> dict[Any, Fraction | None]:
    nodes = {key.node.operator: it.ratio for key, it in found.nodes.items() if key.node.lot == lot}
    tiers = {("tier", tier): it.ratio for (tier, _), it in found.tiers.items()}
    whole = {("whole", measure): it.ratio for measure, it in found.whole.items()}
    return nodes | tiers | whole


def _run(uow: Any, steps: list[tuple[Any, ...]], returns: list[tuple[Any, ...]]) -> None:
    people = [an_operator(uow, number) for number in (1, 2, 3)]
    people.append(an_operator(uow, 4, kinds=(SubjectKind.CATERING,)))
    made = production(lot=a_lot("L1"), quantity="1000", at="2026-08-10")
    assert file(uow, people[0], made).refused == ()
    for number, step in enumerate(steps):
        _file(uow, people, number, step)
    lot = uow.session.scalar(text("SELECT id FROM lot WHERE lot_key = 'L:L1'"))
    opened = services.open_recall(
        uow, OpenRecall(reason="含菌超标", known_at=KNOWN, lots=(lot,), is_drill=True)
    )
    found = _found(uow, opened.id)
    slow = Slow(uow, people)
    ratios = _ratios(found, lot)
    expected = {who: _ratio(slow.nodes[who]) for who in people}
    assert {who: ratios.get(who) for who in people} == expected
    assert ratios.get(("whole", measured(EA))) == _ratio(slow.whole)
    for number, step in enumerate(returns, start=len(steps)):
        _file(uow, people, number, ("back", *step[1:]))
        later = _ratios(_found(uow, opened.id), lot)
        for key, ratio in ratios.items():
            if ratio is not None and later.get(key) is not None:
                assert ratio <= later[key] <= 1, (key, step)
        ratios = later


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(MOVE, min_size=1, max_size=8), st.lists(MOVE, max_size=3))
def test_the_effectiveness_holds(
    database: Connection,
    now: Any,
    steps: list[tuple[Any, ...]],
    returns: list[tuple[Any, ...]],
) -> None:
    point = database.begin_nested()
    try:
        with units.begin(database, actor=SYSTEM, now=now) as uow:
            _run(uow, steps, returns)
    finally:
        point.rollback()
