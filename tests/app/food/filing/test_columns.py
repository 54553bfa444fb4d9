"""Reading by columns says of every row what reading it by itself says; shares leave nothing out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.food.filing.rules.head import Head, header_of
from app.food.filing.schemas.blocks import ColumnReading
from app.food.filing.schemas.columns import Columns
from app.food.filing.schemas.rows import RowReader
from app.food.filing.terms import Row, Share, SheetRow, Skipped
from app.sheets.cells import is_filled
from app.sheets.extent import Measure
from app.sheets.grid import Grid, grids_of
from ledger.entries.terms import EntryKind
from ledger.kernel.errors import Refusal

HEADER: Row = [
    "序号",
    "类型",
    "日期",
    "商品名称",
    "条码",
    "数量(公斤)",
    "单位",
    "生产日期",
    "批号",
    "保质期",
    "供货者",
    "供货者统一社会信用代码",
    "单据号",
    "退货",
    "生产者",
    "备注",
]
CELLS: dict[str, list[Any]] = {
    "序号": ["1", "2", 3.0, "合计", "制表人：张三", ""],
    "类型": ["", "进货", "销售", "生产", "报损", "销售退货", "零售", "蔬菜", "〃", "=A1"],
    "日期": ["2026-05-01", "2026/5/1", "5/6/2026", "", 46143.0, date(2026, 5, 1), "上周", "同上"],
    "商品名称": ["青菜", " 青菜", "牛奶", "", "总计", "〃", "日期", True],
    "条码": ["6901234567892", "", "无", 6901234567892.0, 1e17, "#N/A", "同上"],
    "数量(公斤)": ["5", "12袋", "十二", "", 3.0, 3.5, True, "３", float("nan"), "数量"],
    "单位": ["公斤", "", "袋", "〃", "=1"],
    "生产日期": ["2026-04-30", "", "无", "24-05-03", datetime(2026, 4, 30, 8)],  # noqa: DTZ001
    "批号": ["L1", " l-1", "L2", "", "无", "〃", 7.0, "Ｌ１"],
    "保质期": ["12个月", "长期", "看包装", "", "2027-05-01", 30.0, date(2027, 5, 1)],
    "供货者": ["绿野", "", "散客", "91350200MA2XFA1T37", "〃", "绿野\x07"],
    "供货者统一社会信用代码": ["", "91350200MA2XFA1T37"],
    "单据号": ["", "H1", "H2", "'=H"],
    "退货": ["", "是", "否", True],
    "生产者": ["", "甲厂"],
    "备注": ["", "x", "说明：无", "y" * 2_001],
}
ROWS = st.lists(
    st.one_of(
        st.tuples(*(st.sampled_from(CELLS[str(word)]) for word in HEADER)).map(list),
        st.tuples(*(st.sampled_from(CELLS[str(word)][:2]) for word in HEADER)).map(list),
        st.just([""] * len(HEADER)),
        st.just(["", " "]),
        st.just(list(HEADER)),
    ),
    max_size=25,
)


def head_of(rows: list[Row]) -> Head:
    """The header of a sheet of these rows."""
    grid = Grid("七月", len(rows) + 1, lambda: iter([HEADER, *rows]), is_text=True)
    return header_of([grid])[1]


def filled(rows: list[Row]) -> Iterator[tuple[int, Row]]:
    """The filled rows of a sheet with their numbers."""
    return ((number, row) for number, row in enumerate(rows, 2) if is_filled(row))


def one_by_one(reader: RowReader, rows: list[Row]) -> list[SheetRow | Skipped]:
    """Every row by itself, dittos taken from the entry above: what the rules say."""
    found: list[SheetRow | Skipped] = []
    above: Row = []
    for number, row in filled(rows):
        skipped = reader.skipped(number, row)
        if skipped is not None:
            found.append(skipped)
            continue
        above = [
            above[place]
            if isinstance(cell, str) and cell.strip() in {"同上", "〃"} and place < len(above)
            else cell
            for place, cell in enumerate(row)
        ]
        found.append(reader.entry(number, above))
    return found


def plain(items: list[SheetRow | Skipped]) -> list[Any]:
    """Items as they can be compared: a cell that is not a number equals itself."""
    return [
        item if isinstance(item, Skipped) else (item.number, item.line, repr(item.row))
        for item in items
    ]


@given(rows=ROWS, kind=st.sampled_from([None, EntryKind.RECEIPT]), at_once=st.integers(1, 9))
def test_columns_say_of_every_row_what_the_row_itself_says(
    rows: list[Row], kind: EntryKind | None, at_once: int
) -> None:
    reader = RowReader.of(head_of(rows), kind or EntryKind.RECEIPT, told=kind is not None)
    reading = ColumnReading(reader, filled(rows))
    found: list[SheetRow | Skipped] = []
    while (taken := reading.take(at_once, Share())).passed:
        found += taken.items
    assert plain(found) == plain(one_by_one(reader, rows))


@given(rows=ROWS, of=st.integers(2, 3), at_once=st.integers(1, 9), gone=st.integers(0, 12))
def test_shares_take_every_row_once_and_a_lot_is_one_share_s(
    rows: list[Row], of: int, at_once: int, gone: int
) -> None:
    reader = RowReader.of(head_of(rows), EntryKind.RECEIPT, told=True)
    found: list[SheetRow | Skipped] = []
    shares: dict[str, int] = {}
    for number in range(of):
        reading = ColumnReading(reader, filled(rows))
        passed = reading.pass_over(gone)
        while (taken := reading.take(at_once, Share(number=number, of=of))).passed:
            found += taken.items
            passed += taken.passed
            for item in taken.items:
                lot = str(item.row[8]) if isinstance(item, SheetRow) else ""
                if lot in {"L1", " l-1", "Ｌ１"}:
                    assert shares.setdefault("L1", number) == number
        assert passed == sum(1 for _ in filled(rows))
    found.sort(key=lambda item: item.number)
    assert plain(found) == plain(one_by_one(reader, rows)[gone:])


WORDS = st.one_of(
    st.text(st.sampled_from("tTsSbBhH单合计09_-/.='#〃 \n\0Ａ"), max_size=4),
    st.sampled_from(
        ["total", "Sum", "单据号", "x" * 200, "x" * 201, "同上", "N/A", 3.0, 1e17, True]
    ),
)


@given(cells=st.lists(WORDS, min_size=1, max_size=5), field=st.sampled_from(["单据号", "序号"]))
def test_words_taken_at_once_are_what_each_of_them_says(cells: list[Any], field: str) -> None:
    columns = Columns(RowReader.of(head_of([]), EntryKind.RECEIPT, told=True))
    words = columns.others["document"]
    if field == "序号":
        words = dict(columns.strays(len(HEADER)))[0]
        assert words.are_plain([1.0, 2.5, float("nan")])
    if words.are_plain(cells):
        said = words.of(cells)
        assert [words.known[cell] for cell in cells] == list(
            said if field == "单据号" else [None] * len(cells)
        )


@given(
    lines=st.lists(st.text(st.sampled_from('ab,， \t\u3000"\r'), max_size=12), max_size=12),
    end=st.sampled_from(["\n", "\r\n"]),
    after=st.integers(0, 4),
)
def test_filled_rows_are_counted_without_reading_them(
    lines: list[str], end: str, after: int
) -> None:
    content = ("x,y" + end + end.join(lines)).encode()
    for grid in [grid for ways in grids_of(content, "a.csv", rows_max=99) for grid in ways]:
        try:
            read = [is_filled(row) for row in grid.rows()]
        except Refusal:
            continue
        assert grid.filled(after) == sum(read[after:])


def test_cells_beyond_the_last_column_fill_no_row() -> None:
    content = b"a,b\n" + b"," * 250 + b"x\n" + b"," * 20 + b"x\n"
    ((grid,),) = grids_of(content, "a.csv", rows_max=99)
    assert grid.filled_lines(1) == grid.filled(1) == 1


PLAIN = (
    b'<row r="3"><c r="A3"><v>1</v></c><c r="Z3" t="inlineStr"><is><t>x&amp;y</t></is></c></row>'
)
FAR = b'<row r="9"><c r="XFD900000"><v>1</v></c></row>'


def measured(content: bytes, piece: int) -> str:
    """The code a sheet's part is refused with, read in pieces; empty when it is taken."""
    measure = Measure()
    try:
        for start in range(0, len(content), piece):
            measure.feed(content[start : start + piece])
        measure.close()
    except Refusal as refusal:
        return refusal.code
    return ""


def a_part(*rows: bytes, end: bytes = b"</sheetData></worksheet>") -> bytes:
    """A sheet's part with these rows in it."""
    return b"<worksheet><sheetData>" + b"".join(rows) + end


@pytest.mark.parametrize("piece", [1, 7, 64, 100_000])
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (a_part(PLAIN), ""),
        (a_part(PLAIN, PLAIN.replace(b'"3"', b'"4"').replace(b"3", b"4")), ""),
        (a_part(PLAIN, FAR), "filing.sheet_too_wide"),
        (a_part(PLAIN, FAR, PLAIN), "filing.sheet_too_wide"),
        (a_part(PLAIN, b'<row r="5"><c r="A5" s="1"/></row>', FAR), "filing.sheet_too_wide"),
        (a_part(b"<!-- </row>", PLAIN, b"-->", FAR), "filing.sheet_too_wide"),
        (a_part(b"<!-- </row>", PLAIN.replace(b"x&amp;y", b"-->"), FAR), "filing.sheet_damaged"),
        (a_part(b"<!-- <sheetData>", PLAIN, FAR, b"-->"), ""),
        (a_part(b"<x><![CDATA[</row>", PLAIN, b"]]></x>", FAR), "filing.sheet_too_wide"),
        (a_part(PLAIN.replace(b'r="Z3"', b'r="XFD3"'), b'<row r="900000"><c/></row>'), ""),
        (
            a_part(PLAIN.replace(b"3", b"900000"), b'<row><c r="XFD1"><v>1</v></c></row>'),
            "filing.sheet_too_wide",
        ),
        (a_part(PLAIN, end=b"</sheetData>"), "filing.sheet_damaged"),
        (a_part(PLAIN.replace(b"x&amp;y", b"\xff\xfe")), "filing.sheet_damaged"),
        (a_part(PLAIN.replace(b"x&amp;y", b"x & y")), "filing.sheet_damaged"),
        (a_part(PLAIN.replace(b"</row>", b"</c></row>")), "filing.sheet_damaged"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]>' + a_part(PLAIN), "filing.sheet_damaged"),
    ],
)
def test_rows_that_are_cut_out_are_counted_as_if_they_were_not(
    content: bytes, code: str, piece: int
) -> None:
    assert measured(content, piece) == code
