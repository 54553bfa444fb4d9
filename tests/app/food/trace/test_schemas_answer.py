"""The answer to a trace as JSON text: valid whatever is in it, and of the documented shape."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.food.trace.schemas.answer import trace_text
from app.food.trace.schemas.json import TraceJson
from app.food.trace.terms import Answered, AskTrace
from ledger.entries.terms import RowKind
from ledger.kernel.moment import UNKNOWN, parse_moment
from scanner.trace.rules.answer import trace_rows
from scanner.trace.rules.shapes import Reading
from scanner.trace.terms import (
    Direction,
    LotShown,
    OperatorShown,
    Pointed,
    PointedKind,
    Row,
    TraceAsked,
)

KEY = "a key"
MILK, CAKE, DAIRY, SHOP = 100, 200, 1, 2
ODD = 'a "name"\\ with \n a break, \x01, 奶油 and \u2028'


def row(kind: RowKind, lot: int, op: int, other: int, at: str, **more: int) -> Row:
    moment = parse_moment(at) if at else UNKNOWN
    made = Row(
        lot,
        moment.seconds,
        kind,
        op,
        other,
        1500,
        7,
        0,
        1000,
        moment.precision,
        more.get("flags", 0),
    )
    return made._replace(id=more.get("id", 7), qty=more.get("qty", 1500), unit=more.get("unit", 3))


def said(rows: list[Row], lots: tuple[int, ...] = (MILK,), **more: Any) -> Any:
    reading = Reading(words={1000: 'a "sack"'})
    asked = TraceAsked(lots=lots, direction=Direction.DOWN)
    found = trace_rows(rows, reading, asked, within=frozenset({MILK, CAKE}))
    object.__setattr__(found, "operators", {DAIRY: OperatorShown(id=DAIRY, name=ODD, uscc="9")})
    object.__setattr__(found, "lots", {MILK: LotShown(id=MILK, number=ODD, producer_id=DAIRY)})
    answered = Answered(
        asked=AskTrace(code="x"),
        pointed=Pointed(kind=PointedKind.LOT, lots=lots),
        trace=found,
        took_ms=1.234,
        **more,
    )
    return json.loads(trace_text(answered, KEY))


def test_the_answer_has_the_documented_shape() -> None:
    answer = said(
        [
            row(RowKind.PRODUCTION, MILK, DAIRY, DAIRY, "2026-05-01", id=1),
            row(RowKind.DISPATCH, MILK, DAIRY, SHOP, "2026-05-02", id=2),
            row(RowKind.USE, MILK, SHOP, CAKE, "2026-05-03T10:00:00+08:00", id=3),
            row(RowKind.YIELD, CAKE, SHOP, SHOP, "2026-05-03T10:00:00+08:00", id=3),
            row(RowKind.DISPOSAL, CAKE, SHOP, SHOP, "", id=4),
        ]
    )
    assert TraceJson().dump(answer) == answer
    assert {link["kind"] for link in answer["links"]} == {"movement", "transformation"}
    assert answer["root"]["lot"] == ODD
    assert answer["holders"][0]["operator"]["name"] == ODD
    assert answer["links"][0]["from"]["name"] == ODD
    assert (answer["took_ms"], answer["view"]) == (1.23, "all")


def test_nothing_found_is_an_answer_too() -> None:
    answer = said([], ())
    assert TraceJson().dump(answer) == answer
    assert answer["root"] == {"gtin": "", "lot": "", "product": "", "producer": None}
    assert (answer["holders"], answer["links"]) == ([], [])


@pytest.mark.parametrize(
    ("filed", "expected"),
    [
        ("", None),
        ("2026", "2026"),
        ("2026-05", "2026-05"),
        ("2026-05-03", "2026-05-03"),
        ("2026-05-03T23:59:59+08:00", "2026-05-03T23:59:59+08:00"),
        ("2020-01-01T00:00:00+08:00", "2020-01-01T00:00:00+08:00"),
        ("2019-12-31T23:59:59+08:00", "2019-12-31T23:59:59+08:00"),
        ("1988-01-01T12:00:00+08:00", "1988-01-01T12:00:00+08:00"),
    ],
)
def test_a_moment_is_written_as_precisely_as_it_is_known(filed: str, expected: str | None) -> None:
    answer = said([row(RowKind.DISPATCH, MILK, DAIRY, SHOP, filed)])
    assert answer["links"][0]["at"] == expected
    assert answer["holders"][0]["first_at"] == expected


def test_a_unit_in_no_list_is_what_somebody_wrote() -> None:
    answer = said([row(RowKind.DISPATCH, MILK, DAIRY, SHOP, "2026-05-03", unit=1000)])
    assert (answer["links"][0]["quantity"], answer["links"][0]["unit"]) == ("1.5", 'a "sack"')


def test_totals_add_up_over_the_lots_asked_about() -> None:
    rows = [
        row(RowKind.PRODUCTION, lot, DAIRY, DAIRY, "2026-05-01", id=lot, qty=quantity)
        for lot, quantity in ((MILK, 1000), (CAKE, 2500))
    ]
    answer = said(rows, (MILK, CAKE))
    (total,) = answer["totals"]
    assert (total["lots"], total["produced"], total["on_hand"]) == (2, "3.5", "3.5")
    assert len(answer["holders"]) == 2
