"""Ledger sheets as shops really send them: merged titles, full-width digits, serials, totals."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import xlsxwriter

from app.food.filing.schemas.sheet import read_workbook
from app.food.filing.terms import Workbook

TITLE = "进货查验记录台账"
HEADER = (
    "序号",
    "进货日期",
    "商品名称",
    "商品条码",
    "规格",
    "数量",
    "单位",
    "生产日期",
    "批号",
    "保质期",
    "供货者名称",
    "供货者地址",
    "供货者联系方式",
    "检验合格证号",
    "备注",
)
LETTERS = dict(zip(HEADER, "ABCDEFGHIJKLMNO", strict=True))
FIRST_ROW = 5  # title, shop, an empty row, the header
GTINS = ("6901234567892", "6921234567890", "06901234567892", "")
GOODS = ("海堤红 酱油", "鼓浪禾 鲜豆腐", "奶油杯", "青菜")
SUPPLIERS = (
    ("启闽供应链", "厦门市湖里区1号", "13800000001"),
    ("绿野合作社", "厦门市同安区2号", "13800000002"),
)
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
Row = list[Any]

SPOILT: tuple[tuple[str, Any, str], ...] = (
    ("进货日期", "5/6/2026", "filing.date_ambiguous"),
    ("进货日期", "上周", "filing.date_unreadable"),
    ("数量", "十二", "filing.quantity_unreadable"),
    ("数量", "", "filing.cell_missing"),
    ("保质期", "看包装", "filing.shelf_life_unreadable"),
    ("供货者名称", "", "filing.cell_missing"),
    ("商品名称", "", "filing.cell_missing"),
    ("数量", "3箱12袋", "filing.quantity_unreadable"),
)


@dataclass
class Made:
    """A sheet as bytes, how many rows are good, and (cell, code) of each bad one by row."""

    data: bytes
    rows: int
    bad: dict[int, tuple[str, str]] = field(default_factory=dict)

    @property
    def good(self) -> int:
        """Rows that must be filed."""
        return self.rows - len(self.bad)


def a_row(number: int, chance: random.Random, start: date) -> Row:
    """A good row, in one of the spellings people use."""
    day = start + timedelta(days=number % 28)
    made = day - timedelta(days=chance.randrange(1, 20))
    goods = number % len(GOODS)
    supplier = SUPPLIERS[number % 2]
    lot = f"L{made:%y%m%d}{number:05}"
    spelt = (
        day,
        f"{day:%Y/}{day.month}/{day.day}",
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        day.isoformat().translate(_WIDE),
        (day - date(1899, 12, 30)).days,
    )
    quantity = chance.randrange(1, 500)
    amounts: tuple[Any, ...] = (
        quantity,
        f"{quantity}袋",
        str(quantity).translate(_WIDE),
        f"{quantity:,}",
        Decimal(quantity) + Decimal("0.5"),
    )
    return [
        number + 1,
        spelt[number % 6],
        GOODS[goods],
        GTINS[goods],
        "500g/袋",
        amounts[number % 5],
        "" if number % 5 == 1 else "袋",
        made.isoformat(),
        lot,
        ("12个月", "365天", "２年", "长期", "9 个月")[number % 5],
        *supplier,
        f"HG{number:06}",
        "",
    ]


def a_ledger(
    rows: int = 200,
    *,
    form: str = "xlsx",
    bad_every: int = 20,
    seed: int = 1,
    start: date = date(2026, 7, 1),
) -> Made:
    """A sheet of receipts; every ``bad_every``-th row is spoilt (0: none).

    ``form`` is xlsx, or the encoding of a csv.
    """
    chance = random.Random(seed)
    made = Made(b"", rows)
    lines = []
    for index in range(rows):
        line = a_row(index, chance, start)
        if bad_every and index % bad_every == bad_every - 1:
            column, value, code = SPOILT[(index // bad_every) % len(SPOILT)]
            line[HEADER.index(column)] = value
            if column == "商品名称":
                line[HEADER.index("商品条码")] = ""
            cell = f"{LETTERS[column]}{FIRST_ROW + index}"
            made.bad[FIRST_ROW + index] = (cell, code)
        lines.append(line)
    lines.append(["合计", "", "", "", "", 999] + [""] * 9)
    lines.append(["制表人：张三", "", "", "审核人：李四"] + [""] * 11)
    made.data = workbook(lines) if form == "xlsx" else text(lines, form)
    return made


def text(lines: list[Row], encoding: str, delimiter: str = ",") -> bytes:
    """Rows under title and header as a csv in an encoding."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([[TITLE], ["单位：阿嬷杂货铺"], [], HEADER, *lines])
    return out.getvalue().encode(encoding)


def workbook(lines: list[Row], *, sheet: str = "2026年7月") -> bytes:
    """Rows under a merged title and a header as an xlsx."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    page = book.add_worksheet(sheet)
    page.merge_range(0, 0, 0, len(HEADER) - 1, TITLE)
    page.write(1, 0, "单位：阿嬷杂货铺")
    page.write_row(3, 0, HEADER)
    dates = book.add_format({"num_format": "yyyy/m/d"})
    for number, line in enumerate(lines, FIRST_ROW - 1):
        for column, value in enumerate(line):
            if isinstance(value, date):
                page.write_datetime(number, column, value, dates)
            elif value != "":
                page.write(number, column, value)
    book.close()
    return out.getvalue()


def book_of(data: bytes | str, name: str = "台账.csv", **options: Any) -> Workbook:
    """The workbook of a file, with a small limit on rows."""
    content = data.encode() if isinstance(data, str) else data
    return read_workbook(content, name, **{"rows_max": 5_000, **options})
