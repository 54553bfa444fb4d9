"""Sheets of subjects: xlsx, or csv in UTF-8 or GB18030, with Chinese or English column names."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, load_workbook

from app.food.subjects import errors
from app.food.subjects.terms import Row
from ledger.kernel.errors import Refusal
from ledger.kernel.names import fold_name
from ledger.subjects.terms import LicenceKind, LicenceNamed, RegisterSubject, SubjectKind

ROWS_MAX = 200_000  # more than the operators of a province; a slip of the pen is refused early
COLUMNS: dict[str, tuple[str, ...]] = {
    "uscc": ("统一社会信用代码", "社会信用代码", "信用代码", "uscc"),
    "name": ("名称", "企业名称", "主体名称", "单位名称", "经营者名称", "name"),
    "kinds": ("类别", "主体类别", "主体业态", "kinds", "kind"),
    "division": ("行政区划", "行政区划代码", "区划", "division"),
    "address": ("地址", "住所", "经营场所", "生产地址", "address"),
    "contact": ("联系人", "法定代表人", "负责人", "contact"),
    "phone": ("电话", "联系电话", "联系方式", "手机", "phone"),
    "gln": ("位置码", "全球位置码", "gln"),
    "licence": ("许可证号", "许可证编号", "许可编号", "备案编号", "licence", "licences"),
    "valid_from": ("有效期起", "发证日期", "起始日期", "validfrom", "valid_from"),
    "valid_to": ("有效期至", "截止日期", "有效期止", "validto", "valid_to"),
    "scope": ("许可范围", "经营项目", "食品类别", "scope"),
}
NEEDED = ("uscc", "name", "kinds")
KINDS: dict[str, SubjectKind] = {
    **{kind.value: kind for kind in SubjectKind},
    "生产": SubjectKind.PRODUCTION,
    "食品生产": SubjectKind.PRODUCTION,
    "销售": SubjectKind.DISTRIBUTION,
    "流通": SubjectKind.DISTRIBUTION,
    "食品销售": SubjectKind.DISTRIBUTION,
    "经营": SubjectKind.DISTRIBUTION,
    "餐饮": SubjectKind.CATERING,
    "餐饮服务": SubjectKind.CATERING,
    "种养殖": SubjectKind.FARM,
    "农产品": SubjectKind.FARM,
    "合作社": SubjectKind.FARM,
    "仓储": SubjectKind.WAREHOUSE,
    "贮存": SubjectKind.WAREHOUSE,
    "市场": SubjectKind.MARKET,
    "进口": SubjectKind.IMPORT,
    "其他": SubjectKind.OTHER,
}
_BETWEEN = re.compile(r"[;；,，、\n/|]+")
_DAY = re.compile(r"^(\d{4})\D?(\d{1,2})\D?(\d{1,2})\D?$")
_EPOCH = date(1899, 12, 30)  # day 0 of the serial dates that spreadsheets write
_SERIAL = range(20_000, 80_000)  # 1954 to 2119


def rows_of(path: Path) -> list[Row]:
    """Read a sheet; a row that cannot be a command carries its refusal.

    Raises SheetUnreadable, SheetWithoutColumn, SheetTooLong.
    """
    grid = _grid(path)
    head = next(grid, [])
    columns = _columns(head)
    rows = []
    for number, cells in enumerate(grid, start=2):
        said = {name: _text(cells[at]) for name, at in columns.items() if at < len(cells)}
        if any(said.values()):
            rows.append(_row(number, said))
        if number > ROWS_MAX:
            raise errors.SheetTooLong(rows=number, limit=ROWS_MAX)
    return rows


def _grid(path: Path) -> Iterator[Sequence[Any]]:
    data = path.read_bytes()
    if data.startswith(b"PK"):
        try:
            return iter(load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python())
        except CalamineError:
            raise errors.SheetUnreadable(file=path.name) from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return csv.reader(io.StringIO(data.decode(encoding), newline=""))
        except UnicodeDecodeError:
            continue
    raise errors.SheetUnreadable(file=path.name)


def _columns(head: Sequence[Any]) -> dict[str, int]:
    spelled = {fold_name(alias): name for name, aliases in COLUMNS.items() for alias in aliases}
    found: dict[str, int] = {}
    for at, cell in enumerate(head):
        name = spelled.get(fold_name(str(cell)))
        if name:
            found.setdefault(name, at)
    for name in NEEDED:
        if name not in found:
            raise errors.SheetWithoutColumn(column=COLUMNS[name][0])
    return found


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _row(number: int, said: dict[str, str]) -> Row:
    try:
        command: RegisterSubject | Refusal = _command(said)
    except Refusal as refusal:
        command = refusal
    return Row(number=number, uscc=said["uscc"], name=said.get("name", ""), said=command)


def _command(said: dict[str, str]) -> RegisterSubject:
    return RegisterSubject(
        uscc=said["uscc"],
        name=said.get("name", ""),
        kinds=tuple(_kind(word) for word in _words(said.get("kinds", ""))),
        division=said.get("division", ""),
        address=said.get("address", ""),
        contact=said.get("contact", ""),
        phone=said.get("phone", ""),
        gln=said.get("gln", ""),
        licences=_licences(said),
    )


def _words(text: str) -> list[str]:
    return [word.strip() for word in _BETWEEN.split(text) if word.strip()]


def _kind(word: str) -> SubjectKind:
    kind = KINDS.get(fold_name(word))
    if kind is None:
        raise errors.UnknownKind(kind=word[:20], field="kinds")
    return kind


def _licences(said: dict[str, str]) -> tuple[LicenceNamed, ...]:
    begins = _day(said.get("valid_from", ""), "valid_from")
    ends = _day(said.get("valid_to", ""), "valid_to")
    scope = tuple(_words(said.get("scope", "")))
    return tuple(
        LicenceNamed(
            kind=_licence_kind(number), number=number, valid_from=begins, valid_to=ends, scope=scope
        )
        for number in _words(said.get("licence", ""))
    )


def _licence_kind(number: str) -> LicenceKind:
    letters = fold_name(number)[:2].upper()
    return LicenceKind(letters) if letters in ("SC", "JY", "YB", "QS") else LicenceKind.LOCAL


def _day(text: str, field: str) -> date | None:
    if not text or text in ("长期", "无"):
        return None
    if text.isdigit() and int(text) in _SERIAL:
        return date.fromordinal(_EPOCH.toordinal() + int(text))
    match = _DAY.match(text)
    try:
        if match:
            return date(*map(int, match.groups()))
    except ValueError:
        pass
    raise errors.UnreadableDate(text=text[:20], field=field)
