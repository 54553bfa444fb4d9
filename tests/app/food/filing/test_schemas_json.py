"""One bad line is refused by itself, by field and name; the rest of the filing is read."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from app.food.filing import errors
from app.food.filing.schemas.json import content_hash, filing_of, line_of
from ledger.entries.terms import EntryKind, Line, Mode, Unreadable
from ledger.kernel.moment import parse_moment
from ledger.subjects.terms import Party

GTIN = "06901234567892"
RECEIPT = {
    "kind": "receipt",
    "from": {"name": "绿野合作社", "contact": "13800000000", "address": "同安"},
    "lot": {"product": "青菜", "lot": "20260503"},
    "quantity": "80",
    "unit": "KGM",
    "at": "2026-05-03",
}
PRODUCTION = {
    "kind": "production",
    "lot": {
        "gtin": GTIN,
        "lot": "L240501",
        "produced_on": "2026-05-01",
        "expires_on": "2027-05-01",
    },
    "quantity": "1200",
    "unit": "EA",
    "at": "2026-05-01",
}
DISPATCH = {
    "kind": "dispatch",
    "to": {"uscc": "91350200MA2XFA1T37"},
    "lot": {"gtin": GTIN, "lot": "L1"},
    "quantity": "600",
    "unit": "EA",
    "at": "2026-05-03T09:00:00+08:00",
    "document": "CK-77",
}
TRANSFORMATION = {
    "kind": "transformation",
    "at": "2026-05-04",
    "inputs": [{"lot": {"gtin": GTIN, "lot": "A"}, "quantity": "5", "unit": "KGM"}],
    "outputs": [{"lot": {"gtin": GTIN, "lot": "B"}, "quantity": "40", "unit": "EA"}],
}


def read(value: object) -> Line:
    """A line that must be readable."""
    line = line_of(value)
    assert isinstance(line, Line), line
    return line


def exact(text: str) -> Any:
    """JSON as the door reads it."""
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def test_the_lines_of_the_contract_become_lines_of_the_book() -> None:
    production, dispatch, receipt, made = map(read, (PRODUCTION, DISPATCH, RECEIPT, TRANSFORMATION))
    assert production.portions[0].lot.expires_on == parse_moment("2027-05-01")
    assert dispatch.partner == Party(uscc="91350200MA2XFA1T37")
    assert dispatch.document == "CK-77"
    assert dispatch.at == parse_moment("2026-05-03T09:00:00+08:00")
    assert receipt.partner == Party(name="绿野合作社", contact="13800000000", address="同安")
    assert receipt.portions[0].lot.product == "青菜"
    assert str(receipt.at) == "2026-05-03"
    assert [p.lot.lot for p in made.portions + made.outputs] == ["A", "B"]


def test_a_correction_carries_what_takes_the_place() -> None:
    line = read({"kind": "correction", "corrects": "E123", "reason": "量错了", "entry": RECEIPT})
    assert line.corrects == "E123"
    assert line.replacement is not None
    assert line.replacement.kind is EntryKind.RECEIPT
    assert read({"kind": "correction", "corrects": "E123", "entry": {}}).replacement is None


def test_packing_and_unpacking_name_the_unit() -> None:
    packed = read(
        {
            "kind": "aggregation",
            "sscc": "106141412345678908",
            "at": "2026-05-04",
            "contents": TRANSFORMATION["inputs"],
        }
    )
    assert packed.sscc
    assert packed.portions[0].quantity == "5"
    assert read({"kind": "disaggregation", "sscc": "106141412345678908"}).portions == ()


def test_numbers_are_read_exactly_and_as_written() -> None:
    line = read(
        exact(
            '{"kind": "disposal", "lot": {"gtin": 6901234567892, "lot": 20260503},'
            ' "quantity": 36.80, "unit": "KGM", "reason": "expired"}'
        )
    )
    assert line.portions[0].quantity == "36.80"
    assert line.portions[0].lot.gtin == "6901234567892"
    assert line.portions[0].lot.lot == "20260503"


def test_what_a_line_says_of_its_goods_beside_the_lot_counts_for_the_lot() -> None:
    line = read({**RECEIPT, "name": "上海青", "spec": "10 kg"})
    assert (line.portions[0].lot.name, line.portions[0].lot.spec) == ("上海青", "10 kg")


BAD: list[tuple[str, object, str, str]] = [
    ("not an object", [], "", "filing.not_an_object"),
    ("no kind", {"at": "2026-05-03"}, "kind", "filing.field_missing"),
    ("unknown kind", {"kind": "gift"}, "kind", "filing.unknown_kind"),
    ("kind is a list", {"kind": []}, "kind", "filing.not_text"),
    ("misspelt field", {**RECEIPT, "quantitiy": "1"}, "quantitiy", "filing.unknown_field"),
    ("misspelt inside", {**RECEIPT, "lot": {"gtn": GTIN}}, "lot.gtn", "filing.unknown_field"),
    ("of another kind", {**RECEIPT, "to": {}}, "to", "filing.field_not_of_kind"),
    (
        "no partner",
        {k: v for k, v in RECEIPT.items() if k != "from"},
        "from",
        "filing.field_missing",
    ),
    ("empty partner", {**RECEIPT, "from": {}}, "from.uscc", "filing.field_missing"),
    ("partner is a number", {**RECEIPT, "from": 5}, "from", "filing.not_an_object"),
    ("no goods", {**RECEIPT, "lot": {}}, "lot.gtin", "filing.field_missing"),
    ("no quantity", {**RECEIPT, "quantity": None}, "quantity", "filing.field_missing"),
    ("quantity is yes", {**RECEIPT, "quantity": True}, "quantity", "filing.not_text"),
    (
        "quantity without end",
        {**RECEIPT, "quantity": Decimal("1e999999")},
        "quantity",
        "filing.not_text",
    ),
    ("no number", {**RECEIPT, "quantity": Decimal("NaN")}, "quantity", "filing.not_text"),
    ("a date nobody has", {**RECEIPT, "at": "2026-02-30"}, "at", "kernel.moment_unreadable"),
    (
        "a date inside",
        {**RECEIPT, "lot": {"gtin": GTIN, "expires_on": "soon"}},
        "lot.expires_on",
        "kernel.moment_unreadable",
    ),
    ("NUL", {**RECEIPT, "document": "a\0b"}, "document", "filing.text_unprintable"),
    ("half a character", {**RECEIPT, "document": "\ud800"}, "document", "filing.text_unprintable"),
    ("an endless text", {**RECEIPT, "document": "x" * 201}, "document", "filing.text_too_long"),
    ("return is a text", {**RECEIPT, "return": "yes"}, "return", "filing.not_yes_or_no"),
    ("inputs no list", {**TRANSFORMATION, "inputs": {}}, "inputs", "filing.not_a_list"),
    ("no outputs", {**TRANSFORMATION, "outputs": []}, "outputs", "filing.field_missing"),
    (
        "an input without unit",
        {**TRANSFORMATION, "inputs": [{"lot": {"gtin": GTIN}, "quantity": "5"}]},
        "inputs.0.unit",
        "filing.field_missing",
    ),
    (
        "a correction of a correction",
        {"kind": "correction", "corrects": "E1", "entry": {"kind": "correction", "corrects": "E2"}},
        "entry.kind",
        "filing.correction_in_correction",
    ),
    (
        "a bad line inside a correction",
        {"kind": "correction", "corrects": "E1", "entry": {**RECEIPT, "unit": None}},
        "entry.unit",
        "filing.field_missing",
    ),
]


@pytest.mark.parametrize(
    ("value", "field", "code"), [row[1:] for row in BAD], ids=[row[0] for row in BAD]
)
def test_a_line_that_cannot_be_read_says_which_field_and_why(
    value: object, field: str, code: str
) -> None:
    found = line_of(value)
    assert isinstance(found, Unreadable)
    assert (found.field, found.code) == (field, code)


def test_a_bad_line_stands_at_its_index_beside_the_good_ones() -> None:
    command = filing_of(
        {"filing_key": " K1 ", "mode": "good", "entries": [RECEIPT, 7, DISPATCH]},
        operator_id=3,
        entries_max=3,
    )
    assert [type(line) for line in command.lines] == [Line, Unreadable, Line]
    assert (command.filing_key, command.mode, command.operator_id) == ("K1", Mode.GOOD, 3)


def test_more_entries_than_the_limit_are_refused_with_the_limit() -> None:
    with pytest.raises(errors.TooManyEntries) as refused:
        filing_of({"filing_key": "K", "entries": [RECEIPT] * 4}, operator_id=1, entries_max=3)
    assert refused.value.params == {"limit": 3, "count": 4}


@pytest.mark.parametrize("key", ["", "  ", "x" * 201, "a\nb"])
def test_a_key_nobody_can_type_again_is_refused(key: str) -> None:
    with pytest.raises(errors.KeyUnreadable):
        filing_of({"filing_key": key, "entries": [RECEIPT]}, operator_id=1, entries_max=3)


def test_the_content_hash_asks_what_is_said_and_not_how() -> None:
    one = exact('{"filing_key": "A", "entries": [{"kind": "receipt", "quantity": "5"}]}')
    same = exact(
        '{"entries": [{"quantity": 5, "kind": "receipt"}], "mode": "all", "filing_key": "B"}'
    )
    other = exact('{"filing_key": "A", "entries": [{"kind": "receipt", "quantity": "6"}]}')
    good = exact(
        '{"filing_key": "A", "mode": "good", "entries": [{"kind": "receipt", "quantity": "5"}]}'
    )
    assert content_hash(one) == content_hash(same)
    assert len({content_hash(one), content_hash(other), content_hash(good)}) == 3
    assert len(content_hash({"entries": [{"kind": "\ud800"}]})) == 32


@pytest.mark.parametrize("quantity", ["600", 600, 600.0, "600.0", "6e2", Decimal("6E+2"), " 600 "])
def test_one_quantity_is_one_content_however_it_is_written(quantity: object) -> None:
    asked = {"entries": [{**DISPATCH, "quantity": "600"}]}
    nested = {**TRANSFORMATION, "inputs": [{"quantity": quantity, "unit": "EA"}]}
    same = {"entries": [{**DISPATCH, "quantity": quantity, "note": None, "lot": DISPATCH["lot"]}]}
    assert content_hash(same) == content_hash(asked)
    assert content_hash({"entries": [nested]}) == content_hash(
        {"entries": [{**TRANSFORMATION, "inputs": [{"quantity": "600", "unit": "EA"}]}]}
    )


def test_naming_ones_own_book_is_no_other_content() -> None:
    said = {"entries": [DISPATCH]}
    assert content_hash({**said, "operator": "91350200MA2XFA1T37"}) == content_hash(said)
    assert content_hash({**said, "operator": None, "mode": None}) == content_hash(said)


@pytest.mark.parametrize(
    "other",
    [
        {"entries": [{**DISPATCH, "quantity": "60"}]},
        {"entries": [{**DISPATCH, "quantity": True}]},
        {"entries": [{**DISPATCH, "quantity": "1e999999999"}]},
        {"entries": [{**DISPATCH, "document": "CK-77.0"}]},
        {"entries": [DISPATCH, DISPATCH]},
        {"entries": [DISPATCH], "strict": True},
    ],
)
def test_what_says_something_else_has_another_hash(other: dict[str, Any]) -> None:
    assert content_hash(other) != content_hash({"entries": [DISPATCH]})


def test_a_filing_may_ask_for_strictness() -> None:
    body = {"filing_key": "K", "entries": [DISPATCH]}
    assert filing_of({**body, "strict": True}, operator_id=1, entries_max=5).strict
    assert not filing_of(body, operator_id=1, entries_max=5).strict
