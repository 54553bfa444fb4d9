"""What the benches file: receipts of known goods, as JSON bodies, csv and xlsx sheets."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter

_LINES_PER_LOT = 5  # a lot is spoken of by several lines, as in a shop's book
_HEADER = (
    "进货日期",
    "商品名称",
    "商品条码",
    "数量",
    "单位",
    "生产日期",
    "批号",
    "保质期",
    "供货者名称",
    "供货者统一社会信用代码",
    "单号",
)


@dataclass(frozen=True, kw_only=True)
class Stock:
    """What receipts can be made of: goods by GTIN, suppliers by USCC, and the day of today.

    ``run`` stands in lot and document numbers, so that no two runs file the same.
    """

    gtins: Sequence[str]
    suppliers: Sequence[str]
    today: date
    run: str

    def _lot(self, number: int) -> tuple[str, str, date]:
        place = number // _LINES_PER_LOT
        made = self.today - timedelta(days=1 + place % 5)
        return self.gtins[place % len(self.gtins)], f"B{self.run}{place}", made

    def line(self, number: int) -> dict[str, Any]:
        """One receipt as the API reads it."""
        gtin, lot, made = self._lot(number)
        return {
            "kind": "receipt",
            "from": {"uscc": self.suppliers[number % len(self.suppliers)]},
            "lot": {"gtin": gtin, "lot": lot, "produced_on": made.isoformat()},
            "quantity": str(1 + number % 40),
            "unit": "EA",
            "at": self.today.isoformat(),
            "document": f"JH{self.run}{number}",
        }

    def bodies(self, first: int, count: int, lines: int) -> Iterator[str]:
        """Filings of so many lines each, under keys of their own."""
        for number in range(first, first + count):
            entries = [self.line(number * lines + place) for place in range(lines)]
            said = {"filing_key": f"{self.run}-{lines}-{number}", "entries": entries}
            yield json.dumps(said, ensure_ascii=False)

    def _rows(self, first: int, count: int) -> Iterator[tuple[str, ...]]:
        for number in range(first, first + count):
            gtin, lot, made = self._lot(number)
            yield (
                self.today.isoformat(),
                f"食品 {gtin[-6:]}",
                gtin,
                str(1 + number % 40),
                "袋",
                made.isoformat(),
                lot,
                "12个月",
                f"供货者{number % len(self.suppliers)}",
                self.suppliers[number % len(self.suppliers)],
                f"JH{self.run}{number}",
            )

    def csv(self, first: int, count: int) -> bytes:
        """A ledger sheet as a csv file."""
        out = StringIO()
        csv.writer(out).writerows([_HEADER, *self._rows(first, count)])
        return out.getvalue().encode("utf-8-sig")

    def xlsx(self, first: int, count: int) -> bytes:
        """A ledger sheet as an xlsx workbook."""
        out = BytesIO()
        book = xlsxwriter.Workbook(out, {"in_memory": True, "constant_memory": True})
        sheet = book.add_worksheet("进货台账")
        for place, row in enumerate([_HEADER, *self._rows(first, count)]):
            sheet.write_row(place, 0, row)
        book.close()
        return out.getvalue()
