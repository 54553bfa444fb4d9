"""One cell, one head, one column: what is kept of what agencies write, and why not."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.agencies import PENALTY, a_penalty, uscc

from app.credit.records import errors
from app.credit.records.rules.cells import reader_of
from app.credit.records.rules.columns import ItemReader, read_one
from app.credit.records.rules.head import REASON, head_of
from app.credit.records.rules.identity import alike, key_of, parted, record_id
from app.credit.records.rules.quality import quality_of
from app.credit.records.rules.shipped import shipped_items
from app.credit.records.rules.timeliness import timely_since
from app.credit.records.rules.usccs import surely_right
from app.credit.records.terms import Cycle, Field, FieldRole, FieldType
from app.sheets.terms import Cell
from ledger.kernel.errors import Refusal
from ledger.kernel.identifiers.uscc import is_valid, parse_uscc

TODAY = date(2026, 8, 15)
ITEM = next(one for one in shipped_items() if one.code == PENALTY)
NAMES = tuple(a_penalty())
KINDS = {"warning": ("警告", "warning"), "fine": ("罚款", "fine"), "none": ("无", "none")}


def a_field(kind: FieldType = FieldType.TEXT, role: FieldRole = FieldRole.NONE) -> Field:
    return Field(name="it", zh="它", en="It", type=kind, role=role, codes=KINDS, longest=40)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("2026-05-01", "2026-05-01"),
        ("2026/5/1", "2026-05-01"),
        ("2026.5.1", "2026-05-01"),
        ("2026年5月1日", "2026-05-01"),
        ("２０２６年５月１日", "2026-05-01"),
        ("20260501", "2026-05-01"),
        ("2026-05-01 00:00:00", "2026-05-01"),
        ("2026-05-01T08:30:00+08:00", "2026-05-01"),
        (46143.0, "2026-05-01"),
        ("46143", "2026-05-01"),
        (date(2026, 5, 1), "2026-05-01"),
        (datetime(2026, 5, 1, 9, 0), "2026-05-01"),  # noqa: DTZ001 - a spreadsheet has no zone
        ("长期", ""),
        ("9999-12-31", ""),
        ("/", ""),
        ("", ""),
    ],
)
def test_a_day_is_read_in_every_form_that_means_one(written: Cell, kept: str) -> None:
    assert reader_of(a_field(FieldType.DATE), TODAY)(written) == kept


@pytest.mark.parametrize(
    ("kind", "role", "written", "code"),
    [
        (FieldType.DATE, FieldRole.NONE, "5/6/2026", "records.not_a_day"),
        (FieldType.DATE, FieldRole.NONE, "24-05-03", "records.not_a_day"),
        (FieldType.DATE, FieldRole.NONE, "2026-02-30", "records.not_a_day"),
        (FieldType.DATE, FieldRole.NONE, "五月", "records.not_a_day"),
        (FieldType.DATE, FieldRole.NONE, "1937-01-01", "records.day_impossible"),
        (FieldType.DATE, FieldRole.DATE, "2026-08-16", "records.day_impossible"),
        (FieldType.DATE, FieldRole.DATE, "长期", "records.not_a_day"),
        (FieldType.MONEY, FieldRole.NONE, "五千", "records.not_money"),
        (FieldType.MONEY, FieldRole.NONE, "0.123", "records.not_money"),
        (FieldType.MONEY, FieldRole.NONE, "-5", "records.not_money"),
        (FieldType.NUMBER, FieldRole.NONE, "1e5", "records.not_a_number"),
        (FieldType.NUMBER, FieldRole.NONE, 1e17, "records.digits_lost"),
        (FieldType.CODE, FieldRole.NONE, "拘留", "records.not_a_code"),
        (FieldType.CODES, FieldRole.NONE, "罚款、拘留", "records.not_a_code"),
        (FieldType.FLAG, FieldRole.NONE, "也许", "records.not_a_flag"),
        (FieldType.SHARES, FieldRole.NONE, "general=4/3", "records.not_shares"),
        (FieldType.SHARES, FieldRole.NONE, "general", "records.not_shares"),
        (FieldType.USCC, FieldRole.NONE, uscc(1)[:-1] + "0", "identifiers.uscc_check_character"),
        (FieldType.TEXT, FieldRole.NONE, "字" * 41, "records.field_too_long"),
        (FieldType.TEXT, FieldRole.NONE, "a\x07b", "records.field_unprintable"),
        (FieldType.TEXT, FieldRole.NONE, "=SUM(A1)", "records.field_is_formula"),
        (FieldType.TEXT, FieldRole.NONE, "#REF!", "records.field_is_formula"),
    ],
)
def test_a_cell_that_cannot_be_kept_names_its_field_and_why(
    kind: FieldType, role: FieldRole, written: Cell, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        reader_of(a_field(kind, role), TODAY)(written)
    assert (refused.value.code, refused.value.field) == (code, "it")


@pytest.mark.parametrize(
    ("kind", "written", "kept"),
    [
        (FieldType.MONEY, "¥1,200.50", "1200.5"),
        (FieldType.MONEY, "1.2万元", "12000"),
        (FieldType.MONEY, 5000.0, "5000"),
        (FieldType.NUMBER, "1,234.50", "1234.5"),
        (FieldType.CODE, "罚款", "fine"),
        (FieldType.CODE, "FINE", "fine"),
        (FieldType.CODE, "无", "none"),
        (FieldType.CODES, "罚款、警告", "warning,fine"),
        (FieldType.CODES, "fine,fine", "fine"),
        (FieldType.FLAG, "是", "yes"),
        (FieldType.FLAG, False, "no"),
        (FieldType.SHARES, " general=3/12 , qualification=0/07", "general=3/12,qualification=0/7"),
        (FieldType.USCC, f" {uscc(2).lower()} ", uscc(2)),
        (FieldType.TEXT, "'=1+1", "=1+1"),
        (FieldType.TEXT, " 两行\n文字 ", "两行\n文字"),
    ],
)
def test_a_cell_is_kept_in_one_spelling(kind: FieldType, written: Cell, kept: str) -> None:
    assert reader_of(a_field(kind), TODAY)(written) == kept


def test_a_head_is_found_under_titles_in_either_language() -> None:
    rows: list[tuple[int, list[Cell]]] = [
        (1, ["行政处罚报送表"]),
        (3, [*(f"*{ITEM.fields[ITEM.position(name)].zh}" for name in NAMES), REASON]),
        (4, list(a_penalty().values())),
    ]
    head = head_of(rows, ITEM)
    assert head.row == 3
    assert set(head.places) == set(NAMES)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (list(NAMES[1:]), {"missing": "统一社会信用代码"}),
        ([*NAMES, "colour"], {"unknown": "colour"}),
        ([*NAMES, "uscc"], {"twice": "uscc"}),
    ],
)
def test_a_wrong_head_says_what_is_wrong_with_it(cells: list[Cell], said: dict[str, str]) -> None:
    with pytest.raises(errors.HeadWrong) as refused:
        head_of([(1, cells)], ITEM)
    for name, text in said.items():
        assert refused.value.params[name] == text


@given(st.lists(st.one_of(st.integers(0, 99).map(uscc), st.text(max_size=19)), max_size=20))
def test_codes_looked_at_together_are_those_that_are_right_one_by_one(texts: list[str]) -> None:
    together = surely_right(texts).tolist() if texts else []
    assert together == [is_valid(one) and parse_uscc(one).text == one for one in texts]


def read_alone(row: dict[str, str]) -> dict[str, str] | Refusal:
    """A row by itself, or why it cannot be taken."""
    try:
        return read_one(ITEM, row, TODAY)
    except Refusal as refusal:
        return refusal


SPOILED = st.sampled_from(
    [
        {},
        {},
        {"uscc": "91350200MA000000X"},
        {"document_no": ""},
        {"basis": ""},
        {"decided_on": "昨天"},
        {"penalty_kinds": "拘押"},
        {"content": "=A1"},
        {"facts": "第一行\t第二列"},
        {"organ_uscc": ""},
    ]
)


@given(st.lists(st.tuples(st.integers(0, 40), SPOILED), min_size=1, max_size=40))
def test_rows_read_by_columns_are_read_as_one_by_one(
    said: list[tuple[int, dict[str, str]]],
) -> None:
    """What is kept and why a row is not is the same whether it came alone or among others."""
    rows = [a_penalty(number, None, **changed) for number, changed in said]
    places = {name: place for place, name in enumerate(NAMES)}
    block = ItemReader(ITEM, 1, places, TODAY).read(
        list(zip(*(row.values() for row in rows), strict=True)), len(rows)
    )
    kept = iter(zip(block.usccs, block.days, block.said, block.ids.tolist(), strict=True))
    for place, row in enumerate(rows):
        alone = read_alone(row)
        if isinstance(alone, Refusal):
            fault = block.faults[place]
            assert (fault.code, fault.field) == (alone.code, alone.field)
            continue
        code, day, text, number = next(kept)
        found = parted(ITEM, text, code, date.fromisoformat(day))
        assert found == {name: value for name, value in alone.items() if value}
        assert number == record_id(ITEM.id, 1, key_of(ITEM, alone))


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"document_no": ""}, "records.field_missing", "document_no"),
        ({"basis": ""}, "records.basis_missing", "basis"),
        ({"valid_to": "2026-04-01"}, "records.days_reversed", "valid_to"),
        ({"colour": "red"}, "records.unknown_column", "colour"),
    ],
)
def test_a_row_is_refused_for_what_its_item_asks(
    changed: dict[str, str], code: str, field: str
) -> None:
    """Negative information names its legal ground; required fields are there."""
    with pytest.raises(Refusal) as refused:
        read_one(ITEM, a_penalty(0, None, **changed), TODAY)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_document_is_one_whatever_brackets_it_is_written_with() -> None:
    assert alike("厦市监〔2026〕12 号") == alike("厦市监[2026]12号") == alike("厦市监（2026）12号")


@pytest.mark.parametrize(
    ("cycle", "since"),
    [
        (Cycle.AT_ONCE, date(2026, 8, 14)),
        (Cycle.SEVEN_WORKING_DAYS, date(2026, 8, 6)),
        (Cycle.MONTH, date(2026, 7, 15)),
        (Cycle.YEAR, date(2025, 8, 14)),
    ],
)
def test_what_is_sent_within_its_cycle_is_in_time(cycle: Cycle, since: date) -> None:
    assert timely_since(cycle, TODAY) == since


def test_quality_is_the_product_of_three_shares() -> None:
    found = quality_of(1, None, taken=90, refused=10, cells=(450, 900), timely=45)
    assert (found.complete, found.valid, found.timely) == (5_000, 9_000, 5_000)
    assert found.score == 2_250
    nothing = quality_of(1, None, taken=0, refused=0, cells=(0, 0), timely=0)
    assert nothing.score == 10_000
