"""A recall as a workbook: one sheet for each thing; nothing in it can be a formula."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter

from app.doors.formats import division_text, when_text
from app.doors.i18n import gettext as _
from app.doors.i18n import language
from app.food.recalls.queries.boards import Goods
from app.food.recalls.schemas import cockpit
from app.food.recalls.terms import (
    AnswerShown,
    Clock,
    Effectiveness,
    Event,
    Figures,
    FiguresOf,
    Notice,
    Recall,
    RecalledLot,
    texts,
)
from ledger.subjects.terms import Subject
from scanner.trace.terms import LotShown, amount

Cells = Sequence[str | Decimal | int]
_EXPECTED = ("received", "produced", "dispatched", "sold", "used", "disposed", "on_hand")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A recall with all that its papers tell, but for its holders."""

    recall: Recall
    goods: Goods
    recaller: Subject | None
    clocks: Sequence[Clock]
    effect: Effectiveness
    tally: Mapping[str, int]
    tiers: Mapping[int, int]
    lots: Sequence[RecalledLot]
    named: Mapping[int, LotShown]
    events: Sequence[Event]
    made_at: datetime


def moment(at: datetime | None) -> str:
    """A moment in the words of the reader; nothing for none."""
    return when_text(at, language="en" if language() == "en" else "zh") if at else ""


def said(table: Mapping[Any, texts.Said], value: object) -> str:
    """The word for a stored value."""
    return texts.in_words(table, language()).get(str(value), str(value))


def workbook_of(case: Case, holders: Iterable[Notice], answers: Iterable[AnswerShown]) -> bytes:
    """The case as xlsx. Texts are written as texts whatever they begin with."""
    file = BytesIO()
    book = xlsxwriter.Workbook(
        file,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    names: dict[int, str] = {}
    _sheet(book, _("概况"), [_("项目"), _("内容")], facts_of(case))
    _sheet(book, _("持有者"), _holder_head(), _holders(case, holders, names))
    _sheet(book, _("批次"), _lot_head(), (_lot(case, one) for one in case.lots))
    _sheet(book, _("回报"), _answer_head(), (_answer(case, one, names) for one in answers))
    _sheet(book, _("有效率"), _effect_head(), _effects(case.effect))
    _sheet(book, _("经过"), _event_head(), map(_event, case.events))
    book.close()
    return file.getvalue()


def _sheet(book: Any, name: str, head: Sequence[str], rows: Iterable[Cells]) -> None:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(head) - 1, 18)
    for column, text in enumerate(head):
        sheet.write_string(0, column, text, bold)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, column, value)
            else:
                sheet.write_number(number, column, value)


def facts_of(case: Case) -> list[tuple[str, str]]:
    """What a recall is, line by line, for the workbook and the papers."""
    one = case.recall
    number = f"{one.number}（{_('演练')}）" if one.is_drill else one.number
    rows = [
        (_("编号"), number),
        (_("种类"), said(texts.KIND_TEXTS, one.kind.value)),
        (_("食品"), " ".join(filter(None, (case.goods.product, case.goods.spec)))),
        (_("条码"), case.goods.gtin),
        (_("批次数"), str(one.lots)),
        (_("级别"), said(texts.LEVEL_TEXTS, int(one.level))),
        (_("原因"), one.reason),
        (_("危害类别"), said(texts.HAZARD_TEXTS, one.hazard.value)),
        (_("发现途径"), said(texts.FOUND_TEXTS, one.found.value)),
        (_("召回方"), case.recaller.name if case.recaller else "–"),
        (_("状态"), said(texts.STATE_TEXTS, one.state.value)),
        (_("知悉时间"), moment(one.known_at)),
        *[(_clock_name(clock), _clock(clock)) for clock in case.clocks],
        (_("持有者"), _("%(n)s 家", n=one.holders)),
        (_("已回报"), _("%(n)s 家", n=case.tally["answered"])),
        (_("召回有效率"), _ratio(case.effect)),
        (_("导出时间"), moment(case.made_at)),
    ]
    return [row for row in rows if row[1]]


def _clock_name(clock: Clock) -> str:
    return _("时限：%(name)s", name=said(texts.TIMER_TEXTS, clock.timer.value))


def _clock(clock: Clock) -> str:
    if clock.due_at is None:
        return cockpit.unset(clock.timer)
    met = f"{cockpit.how_met(clock)} {moment(clock.met_at)}" if clock.met_at else ""
    return "，".join(filter(None, (cockpit.limit_of(clock), met)))


def _ratio(effect: Effectiveness) -> str:
    parts = [
        f"{cockpit.percent(one.figures)} ({amount(one.figures.accounted, one.unit)} ÷ "
        f"{amount(one.figures.base, one.unit)} {cockpit.unit_of(one.unit)})"
        for one in effect.whole
        if one.figures.base
    ]
    return "；".join(parts)


def number_of(thousandths: int, unit: Any) -> Decimal | str:
    """A number where a spreadsheet keeps all its digits, else the text."""
    text = amount(thousandths, unit)
    return Decimal(text) if len(text) <= 15 else text


def _holder_head() -> list[str]:
    return [
        _("持有者"), _("统一社会信用代码"), _("行政区划"), _("联系人"), _("电话"), _("地址"),
        _("层级"), _("进展"), _("通知时间"), _("查看时间"), _("回报时间"), _("补报新增"),
        _("批号"), _("收到"), _("生产"), _("发出"), _("已售"), _("加工用"), _("处置"), _("在库"),
        _("单位"), _("待交代"),
    ]  # fmt: skip


def _holders(case: Case, holders: Iterable[Notice], names: dict[int, str]) -> Iterator[Cells]:
    for one in holders:
        names[one.operator_id] = one.name
        row = cockpit.row_of(one)
        head: list[str | Decimal | int] = [
            one.name, one.uscc, division_text(one.division), one.contact, one.phone, one.address,
            one.tier, row.text, moment(one.sent_at), moment(one.seen_at), moment(one.answered_at),
            _("是") if row.is_added else "",
        ]  # fmt: skip
        rest = {(it.lot_id, it.unit): it.figures for it in one.figures}
        for line in one.expected:
            lot = case.named.get(line.lot_id)
            sums = rest.get((line.lot_id, line.unit), Figures())
            yield [
                *head,
                lot.number if lot else str(line.lot_id),
                *[number_of(getattr(line, name), line.unit) for name in _EXPECTED],
                cockpit.unit_of(line.unit),
                number_of(sums.base - sums.accounted, line.unit),
            ]
        if not one.expected:
            yield head


def _lot_head() -> list[str]:
    return [_("产品"), _("条码"), _("批号"), _("召回"), _("所含召回料的比例 %"), _("加入时间")]


def _lot(case: Case, one: RecalledLot) -> Cells:
    lot = case.named.get(one.lot_id)
    return [
        lot.product if lot else "",
        lot.gtin if lot else "",
        lot.number if lot else str(one.lot_id),
        _("选定的批次") if one.is_root else _("由召回批次加工而成"),
        share_of(one),
        moment(one.added_at),
    ]


def share_of(one: RecalledLot) -> str:
    """What share of a lot's inputs was recalled food, in percent, rounded up."""
    thousandths = -(-one.share.numerator * 1000 // one.share.denominator)
    return str(Decimal(thousandths) / 10)


def _answer_head() -> list[str]:
    return [
        _("持有者"), _("时间"), _("回报"), _("批号"), _("数量"), _("单位"), _("备注"), _("照片"),
        _("途径"),
    ]  # fmt: skip


def _answer(case: Case, one: AnswerShown, names: Mapping[int, str]) -> Cells:
    lot = case.named.get(one.lot_id or 0)
    return [
        names.get(one.operator_id, str(one.operator_id)),
        moment(one.at),
        said(texts.ANSWER_TEXTS, one.answer.value),
        lot.number if lot else "",
        Decimal(one.quantity) if one.quantity and len(one.quantity) <= 15 else one.quantity,
        one.unit,
        one.remark,
        len(one.pictures),
        said(texts.VIA_TEXTS, one.via.value),
    ]


def _effect_head() -> list[str]:
    return [
        _("范围"), _("发出"), _("转出"), _("加工用"), _("知悉前已去"), _("收回"), _("销毁"),
        _("证实已食用"), _("已售"), _("应交代"), _("已交代"), _("有效率"), _("单位"),
    ]  # fmt: skip


def _effects(effect: Effectiveness) -> Iterator[Cells]:
    for one in (*effect.whole, *effect.tiers):
        name = _("全部") if one.tier is None else tier_of(one.tier)
        yield [name, *_sums(one), cockpit.percent(one.figures), cockpit.unit_of(one.unit)]


def _sums(one: FiguresOf) -> list[Decimal | str]:
    sums = [*one.figures, one.figures.base, one.figures.accounted]
    return [number_of(it, one.unit) for it in sums]


def tier_of(tier: int) -> str:
    """How far from the recaller a holder is."""
    return _("第 %(n)s 层", n=tier)


def _event_head() -> list[str]:
    return [_("时间"), _("事项"), _("机关"), _("依据"), _("文号"), _("说明")]


def _event(one: Event) -> Cells:
    step = said(texts.STEP_TEXTS, one.step.value)
    return [moment(one.at), step, one.organ, one.basis, one.document, one.note]
