"""Subjects from a sheet: read whatever it is saved as, reported row by row."""

from __future__ import annotations

import json
from datetime import date

import pytest
import xlsxwriter
from click.testing import CliRunner
from sqlalchemy import text
from support.named import a_uscc, an_sc, counted

from app.food.subjects import errors, services
from app.food.subjects.cli import document, lines, parts_of, subjects
from app.food.subjects.schemas.sheet import rows_of
from ledger.subjects import queries
from ledger.subjects.terms import LicenceKind, SubjectKind

HEAD = ["统一社会信用代码", "名 称", "类别", "行政区划", "电话", "许可证号", "有效期起", "有效期至"]
ROWS = [
    [
        a_uscc(1),
        "鼓浪乳业",
        "生产；餐饮",
        "350203",
        "13800001234",
        an_sc(1),
        "2024-01-01",
        "2028/12/31",
    ],
    [a_uscc(1), "鼓浪乳业", "生产；餐饮", "350203", "13800001234", "JY13502030001236", "", "长期"],
    [a_uscc(2), "海风超市", "销售", "350203", "", "", "", ""],
    ["123", "坏行", "销售", "", "", "", "", ""],
    ["", "", "", "", "", "", "", ""],
    [a_uscc(3), "星空银行", "银行", "", "", "", "", ""],
    [a_uscc(4), "春天", "销售", "", "", "x1", "2024-13-01", ""],
    [a_uscc(2), "别名超市", "销售", "350203", "", "", "", ""],
]


def written(folder, kind):
    path = folder / f"subjects.{kind.split('-')[0]}"
    if kind == "xlsx":
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            for at, cells in enumerate([HEAD, *ROWS]):
                sheet.write_row(at, 0, cells)
            sheet.write_datetime(1, 6, date(2024, 1, 1), book.add_format({"num_format": "yyyy"}))
            sheet.write_number(1, 3, 350203)
            sheet.write_number(1, 7, 47118)
        return path
    said = "\n".join(",".join(cells) for cells in [HEAD, *ROWS])
    path.write_bytes(said.encode(kind.removeprefix("csv-")))
    return path


@pytest.mark.parametrize("kind", ["xlsx", "csv-utf-8", "csv-utf-8-sig", "csv-gb18030"])
def test_a_sheet_is_imported_and_reported_row_by_row(uow, tmp_path, kind):
    rows = rows_of(written(tmp_path, kind))
    report = services.import_rows(uow, rows)
    said = [(line.row.number, line.refusal.code if line.refusal else line.state) for line in report]
    assert said == [
        (2, "created"),
        (3, "created"),
        (4, "created"),
        (5, "identifiers.uscc_unreadable"),
        (7, "subjects.unknown_kind"),
        (8, "subjects.unreadable_date"),
        (9, "subjects.exists_differently"),
    ]
    dairy = queries.subject_by_uscc(uow, a_uscc(1))
    assert dairy.kinds == (SubjectKind.PRODUCTION, SubjectKind.CATERING)
    assert [(it.kind, it.valid_from, it.valid_to) for it in dairy.licences] == [
        (LicenceKind.SC, date(2024, 1, 1), date(2028, 12, 31)),
        (LicenceKind.JY, None, None),
    ]
    again = services.import_rows(uow, rows)
    assert [line.state for line in again] == ["unchanged"] * 3 + ["refused"] * 4
    assert '"created": 3, "unchanged": 0, "refused": 4' in document(report)
    assert "8\t" + a_uscc(4) in lines(report)


def test_a_sheet_that_cannot_be_read_says_why(tmp_path):
    for data, refusal in (
        (b"PK\x03\x04nonsense", errors.SheetUnreadable),
        (b"\xff\xff\xff", errors.SheetUnreadable),
        ("名称,类别\n甲,销售".encode(), errors.SheetWithoutColumn),
        (b"", errors.SheetWithoutColumn),
    ):
        path = tmp_path / "sheet"
        path.write_bytes(data)
        with pytest.raises(refusal):
            rows_of(path)


def test_the_rows_of_one_subject_stay_in_one_transaction(tmp_path):
    parts = list(parts_of(rows_of(written(tmp_path, "csv-utf-8")), at_once=1))
    assert [row.number for row in parts[1]] == [4, 9]


def test_a_thousand_rows_take_as_many_statements_as_ten(uow, database, tmp_path):
    spent = []
    for start, size in ((1, 10), (100, 900)):
        path = tmp_path / "many.csv"
        path.write_text(
            "\n".join(
                [
                    "uscc,name,kinds",
                    *(f"{a_uscc(at)},鼓浪{at},farm" for at in range(start, start + size)),
                ]
            )
        )
        with counted(database) as sent:
            services.import_rows(uow, rows_of(path))
        spent.append(len(sent))
    assert spent[0] == spent[1]


def test_the_command_imports_reports_and_ends_with_the_code_of_a_refusal(
    fresh_settings, fresh_database, tmp_path
):
    env = {
        "SUYUAN_DATA": str(tmp_path / "data"),
        "SUYUAN_DATABASE_URL": fresh_settings.database_url,
        "SUYUAN_APP_DATABASE_URL": fresh_settings.app_database_url,
        "SUYUAN_REDIS_URL": fresh_settings.redis_url,
    }
    path = str(written(tmp_path, "csv-gb18030"))
    done = CliRunner().invoke(subjects, ["import", "--json", path], env=env)
    assert done.exit_code == 3, done.output
    told = json.loads(done.stdout)
    assert (told["rows"], told["created"], told["refused"]) == (7, 3, 4)
    assert told["refusals"][0]["code"] == "identifiers.uscc_unreadable"
    with fresh_database.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM subject")) == 2
