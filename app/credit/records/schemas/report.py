"""A credit file as a numbered report: what stands on it, and its text's hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.credit.records.schemas.file import FileShown, Row, Shelf, in_words
from app.credit.records.terms import AUDIENCE_TEXTS, Audience
from app.doors.formats import number_text, when_text
from app.doors.i18n import gettext as _
from app.doors.i18n import language
from app.papers.terms import Block, Facts, Grid, Heading, Paper, Words
from ledger.subjects.terms import LICENCE_TEXTS, Subject

RECORDS_PRINTED = 100  # of a category; the page has all
_CATS_A_ROW = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who the report is about and for whom, and what modules above add to it."""

    subject: Subject
    former_names: tuple[str, ...]
    audience: Audience
    at: datetime
    purpose: str
    parts: tuple[Block, ...]
    beside: Mapping[int, str]


def paper_of(asked: Asked, file: FileShown) -> Paper:
    """The report of a file, with the hash of all that it says before the hash."""
    version = in_words(AUDIENCE_TEXTS[asked.audience])
    blocks: list[Block] = [
        Facts(tuple(_scope(asked))),
        Heading(_("主体")),
        Facts(tuple(_identity(asked))),
        *_licences(asked.subject, asked.at),
        Heading(_("记录概况")),
        _counts(file),
        *asked.parts,
    ]
    for shelf in file.shelves:
        blocks += _shelf(shelf, asked.beside)
    blocks += [Heading(_("没有记录的和没有报来的")), Facts(tuple(_nothing(file)))]
    blocks += [Heading(_("说明")), Words(_statement(asked.audience))]
    title = _("信用档案报告")
    blocks.append(
        Facts(((_("内容校验值"), f"SHA-256 {content_hash((title, asked.subject.uscc), blocks)}"),))
    )
    return Paper(
        title=title,
        subtitle=f"{asked.subject.name} · {version}",
        language="en" if language() == "en" else "zh",
        blocks=tuple(blocks),
    )


def content_hash(head: Sequence[str], blocks: Sequence[Block]) -> str:
    """SHA-256 (hexadecimal) of a report's texts, each on a line of its own in UTF-8."""
    said = "\n".join((*head, *(text for block in blocks for text in _texts(block))))
    return hashlib.sha256(said.encode()).hexdigest()


def _texts(block: Block) -> Iterator[str]:
    match block:
        case Heading(text) | Words(text):
            yield text
        case Facts(rows):
            yield from (part for row in rows for part in row)
        case Grid(head=head, rows=rows):
            yield from head
            yield from (cell for row in rows for cell in row)
        case _:
            return


def _scope(asked: Asked) -> Iterator[tuple[str, str]]:
    yield _("版本"), in_words(AUDIENCE_TEXTS[asked.audience])
    yield _("查询时间"), when_text(asked.at, language=_language())
    if asked.purpose:
        yield _("用途"), asked.purpose


def _identity(asked: Asked) -> Iterator[tuple[str, str]]:
    subject = asked.subject
    yield _("名称"), subject.name
    if asked.former_names:
        yield _("曾用名"), "；".join(asked.former_names)
    yield _("统一社会信用代码"), subject.uscc or "–"
    yield _("住所"), subject.address or "–"


def _language() -> Literal["zh", "en"]:
    return "en" if language() == "en" else "zh"


def _licences(subject: Subject, at: datetime) -> list[Block]:
    if not subject.licences:
        return []
    today = at.date()
    rows = tuple(
        (
            in_words(LICENCE_TEXTS[one.kind]),
            one.number,
            _day(one.valid_from),
            _day(one.valid_to),
            _("有效") if one.holds(today) else _("不在有效期"),
        )
        for one in subject.licences
    )
    head = (_("许可"), _("编号"), _("起"), _("至"), _("状态"))
    return [Grid(head, rows, (0.28, 0.28, 0.15, 0.15, 0.14))]


def _day(value: object) -> str:
    return str(value) if value else "–"


def _counts(file: FileShown) -> Grid:
    """All eighteen categories with their counts."""
    cells = [
        (cat.name, _("不公开") if cat.is_closed else number_text(cat.records)) for cat in file.cats
    ]
    rows = tuple(
        tuple(part for cell in cells[at : at + _CATS_A_ROW] for part in cell)
        for at in range(0, len(cells), _CATS_A_ROW)
    )
    head = (_("类别"), _("条数")) * _CATS_A_ROW
    return Grid(head, rows, (0.25, 0.083) * _CATS_A_ROW)


def _shelf(shelf: Shelf, beside: Mapping[int, str]) -> list[Block]:
    head = (_("日期"), _("记录"), _("公示状态"), _("报送单位"))
    rows = tuple(_row(row, beside) for row in shelf.rows)
    blocks: list[Block] = [
        Heading(f"{shelf.name} {number_text(shelf.records)}"),
        Grid(head, rows, (0.14, 0.48, 0.2, 0.18)),
    ]
    if shelf.is_cut:
        blocks.append(Words(_("只印最近 %(n)s 条，其余见网页。", n=len(shelf.rows))))
    return blocks


def _row(row: Row, beside: Mapping[int, str]) -> tuple[str, str, str, str]:
    record = row.record
    said = [row.title, row.small]
    if record.item.negative:
        said += [f"{label}：{text}" for label, text in row.lines]
    state = [row.state, row.state_small]
    if record.marked or record.id in beside:
        state.append(_("异议标注：%(state)s", state=beside.get(record.id, _("处理中"))))
    return (
        record.decided_on.isoformat(),
        "\n".join(text for text in said if text),
        "\n".join(text for text in state if text),
        row.agency,
    )


def _nothing(file: FileShown) -> Iterator[tuple[str, str]]:
    comma = ", " if language() == "en" else "、"
    none = comma.join(cat.name for cat in file.none)
    yield _("查过、没有记录"), none or _("无")
    if file.closed:
        yield _("这一版不提供"), comma.join(cat.name for cat in file.closed)
    for cat, names in file.silent:
        yield _("还没报来"), f"{cat.name}：{comma.join(names)}"


def _statement(audience: Audience) -> str:
    said = [
        _(
            "本报告按查询时的记录生成，不作评价。记录由报送单位提供并负责，过期、已修复或已撤回的不列入；带异议标注的记录正在核查，办结前不作为新的处罚依据。"
        ),
        _("报告编号和二维码可核对这份文件是否由本系统出具、有没有被改动。"),
    ]
    if audience is not Audience.PUBLIC:
        said.append(_("本报告含不公开的信息，只能用于所写的用途，不得转给他人。"))
    return "\n".join(said)
