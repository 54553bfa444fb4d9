"""Sheets: what rows, headers and cells mean, and how what they do not mean is named."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter
from support import sheets
from support.sheets import book_of

from app.food.filing import errors
from app.food.filing.rules import cells, head
from app.food.filing.rules.places import cell_of
from app.food.filing.terms import SheetRow, Skipped, SkipReason
from app.sheets.cells import values_of
from ledger.entries.terms import EntryKind, Line, Unreadable
from ledger.kernel.errors import Refusal

PLAIN = "进货日期,商品名称,数量,单位,供货者\n2026-05-01,青菜,5,公斤,绿野\n"


def rows_of(data: bytes | str, **options: Any) -> list[SheetRow]:
    """All rows of the first sheet that are entries."""
    items = book_of(data, **options).sheets[0].items()
    return [item for item in items if isinstance(item, SheetRow)]


def line_of(data: bytes | str, **options: Any) -> Line:
    """The line of the first row, which must be readable."""
    line = rows_of(data, **options)[0].line
    assert isinstance(line, Line), line
    return line


def a_workbook(*pages: tuple[str, list[list[Any]]]) -> bytes:
    """An xlsx of named sheets with plain cells."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    for name, rows in pages:
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    page.write_datetime(
                        number, column, value, book.add_format({"num_format": "yyyy/m/d"})
                    )
                elif value != "":
                    page.write(number, column, value)
    book.close()
    return out.getvalue()


@pytest.mark.parametrize("form", ["xlsx", "gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_a_real_sheet_keeps_its_good_rows_and_names_each_bad_cell(form: str) -> None:
    made = sheets.a_ledger(400, form=form)
    book = book_of(made.data, f"七月.{form}")
    items = list(book.sheets[0].items())
    read = [item for item in items if isinstance(item, SheetRow)]
    bad = {
        row.number: (cell_of(row.cells, row.line.field), row.line.code)
        for row in read
        if isinstance(row.line, Unreadable)
    }
    assert len(read) == made.rows
    assert bad == made.bad
    assert [item.reason for item in items if isinstance(item, Skipped)] == [
        SkipReason.TOTAL,
        SkipReason.FOOTER,
    ]
    assert book.sheets[0].kind is EntryKind.RECEIPT
    assert book.sheets[0].header_row == 4


def test_the_same_rows_mean_the_same_in_every_encoding() -> None:
    kinds = ("gb18030", "utf-8", "utf-16")
    read = [[row.line for row in rows_of(sheets.a_ledger(60, form=form).data)] for form in kinds]
    assert read[0] == read[1] == read[2]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_header_it_makes(delimiter: str) -> None:
    assert line_of(PLAIN.replace(",", delimiter)).partner is not None


def test_excels_own_first_line_names_the_delimiter() -> None:
    assert line_of("sep=;\n" + PLAIN.replace(",", ";")).portions[0].quantity == "5"


def test_two_header_rows_are_read_as_one() -> None:
    line = line_of(
        "进货台账,,,,,,\n日期,商品,数量,单位,供货者,,\n,,,,名称,地址,电话\n"
        "2026-05-01,青菜,5,公斤,绿野,同安,139\n"
    )
    assert line.partner is not None
    assert (line.partner.name, line.partner.address, line.partner.contact) == (
        "绿野",
        "同安",
        "139",
    )


def test_merged_cells_above_and_beside_are_understood() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet("七月")
    page.merge_range("C2:G2", "进货台账")
    page.merge_range("F3:G3", "供货者")
    for cell, text in (
        ("C3", "进货日期"),
        ("D3", "品名"),
        ("E3", "数量(公斤)"),
        ("F4", "名称"),
        ("G4", "电话"),
        ("D5", "青菜"),
        ("D6", "白菜"),
        ("F5", "绿野"),
        ("G5", "139"),
        ("F6", "绿野"),
        ("G6", "139"),
    ):
        page.write(cell, text)
    page.merge_range("C5:C6", "2026-05-01")
    page.write("E5", 5)
    page.write("E6", 6.5)
    book.close()
    rows = rows_of(out.getvalue(), name="a.xlsx")
    assert [row.cells["name"] for row in rows] == ["D5", "D6"]
    lines = [row.line for row in rows]
    assert all(isinstance(line, Line) for line in lines)
    assert [str(line.at) for line in lines] == ["2026-05-01"] * 2  # type: ignore[union-attr]
    assert [line.portions[0].unit for line in lines] == ["公斤"] * 2  # type: ignore[union-attr]


DIRECTIONS = [
    ("销售日期,品名,数量,单位,购货者\n2026-5-1,饼,5,袋,某店\n", {}, EntryKind.DISPATCH),
    ("日期,品名,数量,单位,客户\n2026-5-1,饼,5,袋,某店\n", {}, EntryKind.DISPATCH),
    ("销货台账\n日期,品名,数量,单位,往来单位\n2026-5-1,饼,5,袋,某店\n", {}, EntryKind.DISPATCH),
    (
        "日期,品名,数量,单位,往来单位\n2026-5-1,饼,5,袋,某店\n",
        {"name": "5月进货.csv"},
        EntryKind.RECEIPT,
    ),
    (
        "日期,品名,数量,单位,往来单位\n2026-5-1,饼,5,袋,某店\n",
        {"kind": EntryKind.RECEIPT},
        EntryKind.RECEIPT,
    ),
    ("日期,类型,品名,数量,单位,往来单位\n2026-5-1,批发,饼,5,袋,某店\n", {}, EntryKind.DISPATCH),
    ("生产日期,产品名称,批号,产量,单位\n2026-5-1,饼,A1,5,袋\n", {}, EntryKind.PRODUCTION),
    ("报损日期,品名,批号,数量,单位,原因\n2026-5-1,饼,A1,5,袋,过期\n", {}, EntryKind.DISPOSAL),
    ("进货日期,类型,品名,数量,单位,供货者\n2026-5-1,蔬菜,青菜,5,袋,某店\n", {}, EntryKind.RECEIPT),
]


@pytest.mark.parametrize(("text", "options", "kind"), DIRECTIONS)
def test_what_the_rows_are_is_found_in_header_title_name_or_column(
    text: str, options: dict[str, Any], kind: EntryKind
) -> None:
    assert line_of(text, **options).kind is kind


def test_goods_in_and_out_without_a_word_for_it_are_refused() -> None:
    with pytest.raises(errors.DirectionUnclear):
        book_of("日期,品名,数量,单位,往来单位\n2026-5-1,饼,5,袋,某店\n")


def test_a_sale_to_whoever_came_is_a_sale_to_consumers() -> None:
    line = line_of("销售日期,品名,数量,单位,客户\n2026-5-1,饼,5,袋,散客\n")
    assert line.partner is not None
    assert line.partner.consumers


def test_a_return_is_a_return() -> None:
    line = line_of("日期,类型,品名,数量,单位,往来单位\n2026-5-1,采购退货,饼,5,袋,某店\n")
    assert (line.kind, line.is_return) == (EntryKind.DISPATCH, True)


def test_ditto_marks_stand_for_the_cell_above_also_in_what_is_kept() -> None:
    row = rows_of(PLAIN + "〃,白菜,6,同上,〃\n")[1]
    assert isinstance(row.line, Line)
    assert row.line.portions[0].unit == "公斤"
    assert values_of(row.row) == ("2026-05-01", "白菜", "6", "公斤", "绿野")


def test_a_social_credit_code_in_the_name_column_is_a_code() -> None:
    line = line_of(PLAIN.replace("绿野", "91350200MA2XFA1T37"))
    assert line.partner is not None
    assert line.partner.uscc == "91350200MA2XFA1T37"


def test_sheets_without_a_header_are_left_out_by_name() -> None:
    rows = [list(line.split(",")) for line in PLAIN.splitlines()]
    book = book_of(a_workbook(("说明", [["请如实填写"]]), ("七月", rows), ("空", [])), "a.xlsx")
    assert [sheet.name for sheet in book.sheets] == ["七月"]
    assert [(left.name, left.code) for left in book.left_out] == [
        ("说明", "filing.header_unreadable"),
        ("空", "filing.header_unreadable"),
    ]


def test_several_sheets_are_all_read() -> None:
    rows = [list(line.split(",")) for line in PLAIN.splitlines()]
    book = book_of(a_workbook(("七月", rows), ("八月", rows + rows[1:])), "a.xlsx")
    assert [sheet.rows for sheet in book.sheets] == [1, 2]
    assert book.rows == 3


DATES: list[tuple[Any, str]] = [
    ("2026-05-01", "2026-05-01"),
    ("2026/5/1", "2026-05-01"),
    ("20260501", "2026-05-01"),
    ("2026年5月1日", "2026-05-01"),
    ("2026.5.1", "2026-05-01"),
    ("２０２６年５月１日", "2026-05-01"),
    ("2026-05-01 09:30", "2026-05-01T09:30:00+08:00"),
    ("2026年5月", "2026-05"),
    ("2026-05-01T09:30:00+08:00", "2026-05-01T09:30:00+08:00"),
    (46143.0, "2026-05-01"),
    ("46143", "2026-05-01"),
    (46143.5, "2026-05-01T12:00:00+08:00"),
    (20260501.0, "2026-05-01"),
    (date(2026, 5, 1), "2026-05-01"),
    (datetime(2026, 5, 1), "2026-05-01"),  # noqa: DTZ001
    ("", ""),
    ("无", ""),
    ("—", ""),
]


@pytest.mark.parametrize(("value", "iso"), DATES)
def test_dates_are_read_in_every_form_of_the_rules(value: Any, iso: str) -> None:
    assert str(cells.read_date(value, "at")) == iso


BAD_DATES: list[tuple[Any, type[Refusal]]] = [
    ("5/6/2026", errors.DateAmbiguous),
    ("24-05-03", errors.DateAmbiguous),
    ("2026-13-01", errors.DateUnreadable),
    ("2026-02-30", errors.DateUnreadable),
    ("昨天", errors.DateUnreadable),
    (12.0, errors.DateUnreadable),
    (1e300, errors.DateUnreadable),
    (date(1899, 12, 31), errors.DateUnreadable),
    ("=TODAY()", errors.CellIsFormula),
    ("#N/A", errors.CellIsError),
    ("2026-05-01/2026-05-03", errors.DateUnreadable),
]


@pytest.mark.parametrize(("value", "refusal"), BAD_DATES)
def test_what_is_no_date_is_refused_by_name(value: Any, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal) as refused:
        cells.read_date(value, "at")
    assert refused.value.field == "at"


QUANTITIES: list[tuple[Any, tuple[str, str]]] = [
    (12.0, ("12", "")),
    (36.8, ("36.8", "")),
    ("12", ("12", "")),
    ("12袋", ("12", "袋")),
    ("１２袋", ("12", "袋")),
    ("1,200.5 kg", ("1200.5", "kg")),
    ("12㎏", ("12", "kg")),
    ("-5", ("-5", "")),
    ("−5", ("-5", "")),
    ("12 瓶", ("12", "瓶")),
    (".5", (".5", "")),
]


@pytest.mark.parametrize(("value", "amount"), QUANTITIES)
def test_quantities_are_read_with_the_unit_inside(value: Any, amount: tuple[str, str]) -> None:
    found = cells.read_quantity(value, "quantity")
    assert (found.number, found.unit) == amount


@pytest.mark.parametrize(
    "value",
    [
        "十二",
        "3箱12袋",
        "12*5",
        "1,2",
        "1.2.3",
        "约12",
        "1e5",
        float("nan"),
        float("inf"),
        1e-9,
        date(2026, 5, 1),
        "12-15袋",
    ],
)
def test_what_is_not_one_quantity_is_refused(value: Any) -> None:
    with pytest.raises(errors.QuantityUnreadable):
        cells.read_quantity(value, "quantity")


LIVES = [
    ("12个月", "", ("12个月", "")),
    ("12 月", "", ("12个月", "")),
    ("365日", "", ("365天", "")),
    ("2年", "", ("2年", "")),
    ("长期", "", ("", "")),
    ("无", "", ("", "")),
    ("", "", ("", "")),
    ("2027-05-01", "", ("", "2027-05-01")),
    ("12", "月", ("12个月", "")),
    ("１８个月", "", ("18个月", "")),
]


@pytest.mark.parametrize(("value", "hint", "found"), LIVES)
def test_a_shelf_life_is_a_period_or_a_date(value: str, hint: str, found: tuple[str, str]) -> None:
    period, until = cells.read_shelf_life(value, hint, "shelf_life")
    assert (period, str(until)) == found


@pytest.mark.parametrize("value", ["12", "看包装", 12.0])
def test_a_shelf_life_without_its_unit_is_refused(value: Any) -> None:
    with pytest.raises(errors.ShelfLifeUnreadable):
        cells.read_shelf_life(value, "", "shelf_life")


CELLS: list[tuple[str, str, str, str]] = [
    ("数量", "=A1*2", "C2", "filing.cell_is_formula"),
    ("数量", "#DIV/0!", "C2", "filing.cell_is_error"),
    ("数量", "五", "C2", "filing.quantity_unreadable"),
    ("商品名称", "a\x01b", "B2", "filing.text_unprintable"),
    ("商品名称", "菜" * 300, "B2", "filing.text_too_long"),
    ("供货者", "", "E2", "filing.cell_missing"),
    ("单位", "", "D2", "filing.unit_missing"),
    ("进货日期", "改天", "A2", "filing.date_unreadable"),
]


@pytest.mark.parametrize(("column", "value", "cell", "code"), CELLS)
def test_a_bad_cell_is_refused_by_its_place_and_rule(
    column: str, value: str, cell: str, code: str
) -> None:
    names = PLAIN.splitlines()[0].split(",")
    row = PLAIN.splitlines()[1].split(",")
    row[names.index(column)] = value
    found = rows_of(",".join(names) + "\n" + ",".join(row) + "\n")[0]
    assert isinstance(found.line, Unreadable)
    assert (cell_of(found.cells, found.line.field), found.line.code) == (cell, code)


def test_a_quantity_and_its_unit_cell_must_agree() -> None:
    found = rows_of(PLAIN.replace(",5,", ",5袋,"))[0].line
    assert isinstance(found, Unreadable)
    assert found.code == "filing.units_differ"
    assert line_of(PLAIN.replace(",5,", ",5kg,")).portions[0].unit == "公斤"


def test_a_code_that_lost_digits_is_refused() -> None:
    with pytest.raises(errors.DigitsLost):
        cells.read_code(9.13502e17, "partner_uscc")
    assert cells.read_code(6901234567892.0, "gtin") == "6901234567892"


def test_a_number_kept_from_being_a_formula_is_read_as_its_text() -> None:
    assert cells.read_text("'=1+1", "note") == "=1+1"
    line = line_of('进货日期,条码,数量,单位,供货者\n2026-5-1,="0690123",5,袋,某店\n')
    assert line.portions[0].lot.gtin == "0690123"


def test_every_header_word_is_understood_and_none_twice() -> None:
    words = [
        head.folded(alias)
        for line in head._table("columns")
        for alias in line["aliases"].split("|")
    ]
    assert len(words) == len(set(words)), {w for w in words if words.count(w) > 1}
    assert all(head.meaning_of(word)[0] for word in words)


@pytest.mark.parametrize(
    ("index", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_are_lettered_as_in_a_spreadsheet(index: int, name: str) -> None:
    assert head.letter(index) == name


def test_a_total_in_the_first_column_is_no_entry_whatever_that_column_is() -> None:
    sheet = (
        "进货日期,商品名称,数量,单位,供货单位,批号\n2026-07-01,酱油,3,瓶,启闽供应链,L1\n合计,,3\n"
    )
    book = book_of(sheet, "进货.csv")
    kinds = [type(item) for item in book.sheets[0].items()]
    assert kinds == [SheetRow, Skipped]
