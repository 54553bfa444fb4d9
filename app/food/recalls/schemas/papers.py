"""Plan, notice and report of a recall as papers: what stands on each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.doors.formats import division_text, when_text
from app.doors.i18n import gettext as _
from app.doors.i18n import language
from app.food.recalls.schemas import cockpit
from app.food.recalls.schemas.sheet import Case, facts_of, moment, said, share_of, tier_of
from app.food.recalls.terms import Event, Notice, texts
from app.papers.terms import Block, Code, Facts, Grid, Heading, Paper, Words
from scanner.trace.terms import amount

LOTS_PRINTED = 200


def plan_paper(case: Case, event: Event, origin: str) -> Paper:
    """The recall plan with its eight items, as it was reported."""
    return _paper(case, _("食品召回计划"), (*_items(event, texts.PLAN_TEXTS), _lots(case)), origin)


def notice_paper(case: Case, event: Event, origin: str) -> Paper:
    """The recall notice with its four items, as it was published."""
    until = case.recall.finish_due
    days = [
        (_("公告日期"), _day(event.details.get("on"))),
        (_("完成期限"), _day(cockpit.last_day(until).isoformat()) if until else ""),
    ]
    blocks: tuple[Block, ...] = (
        Facts(tuple(row for row in days if row[1])),
        *_items(event, texts.NOTICE_TEXTS),
        _lots(case),
    )
    return _paper(case, _("食品召回公告"), blocks, origin)


def report_paper(case: Case, holders: Sequence[Notice], origin: str) -> Paper:
    """The final report: facts, limits, effectiveness by tier, lots, holders, history."""
    blocks: list[Block] = [
        Facts(tuple(facts_of(case))),
        Heading(_("召回有效率")),
        Words(_("有效率 ＝（收回 ＋ 销毁 ＋ 证实已食用）÷ 应交代，全部由台账计算，没有人工填写。")),
        _effect(case),
        _lots(case),
        Heading(_("持有者")),
        _holders(holders),
    ]
    if case.recall.holders > len(holders):
        said = _("只印前 %(n)s 家，全部见案卷。", n=len(holders))
        blocks.append(Words(said))
    blocks += [Heading(_("经过")), _events(case.events)]
    return _paper(case, _("食品召回总结报告"), tuple(blocks), origin)


def _paper(case: Case, title: str, blocks: tuple[Block, ...], origin: str) -> Paper:
    one = case.recall
    address = f"{origin}/recalls/{one.number}"
    shown = () if one.is_drill else (Code(address, _("扫码看召回进展")),)
    return Paper(
        title=title,
        subtitle=f"{one.number} {case.goods.product} {case.goods.lot}".strip(),
        language="en" if language() == "en" else "zh",
        blocks=(*blocks, *shown),
        mark=_("演练") if one.is_drill else "",
    )


def _items(event: Event, names: Mapping[Any, texts.Said]) -> list[Block]:
    """Each item under its heading, in the order of the law."""
    items = dict(event.details.get("items", {}))
    blocks: list[Block] = []
    for number, (name, label) in enumerate(texts.in_words(names, language()).items(), start=1):
        if text := items.get(name, "").strip():
            blocks += [Heading(f"{number}. {label}"), Words(text)]
    return blocks


def _day(text: object) -> str:
    if not text:
        return ""
    return when_text(str(text), language="en" if language() == "en" else "zh", style="day")


def _lots(case: Case) -> Grid:
    rows = []
    for one in case.lots[:LOTS_PRINTED]:
        lot = case.named.get(one.lot_id)
        name = f"{lot.product} {lot.spec}".strip() if lot else ""
        made = str(lot.produced_on or "") if lot else ""
        why = "" if one.is_root else _("含召回料 %(share)s %%", share=share_of(one))
        rows.append((name, lot.gtin if lot else "", lot.number if lot else "", made, why))
    if case.recall.lots > len(rows):
        rows.append((_("共 %(n)s 批，其余见案卷", n=case.recall.lots), "", "", "", ""))
    head = (_("产品"), _("条码"), _("批号"), _("生产日期"), _("说明"))
    return Grid(head=head, rows=tuple(rows), widths=(3, 2.2, 2, 1.6, 1.6))


def _effect(case: Case) -> Grid:
    rows = []
    for one in (*case.effect.whole, *case.effect.tiers):
        sums, unit = one.figures, one.unit
        name = _("全部") if one.tier is None else tier_of(one.tier)
        parts = (
            sums.base,
            sums.returned,
            sums.destroyed,
            sums.consumed,
            sums.base - sums.accounted,
        )
        much = tuple(amount(it, unit) for it in parts)
        rows.append((name, *much, cockpit.unit_of(unit), cockpit.percent(sums)))
    head = (
        _("范围"), _("应交代"), _("收回"), _("销毁"), _("证实已食用"), _("待交代"), _("单位"),
        _("有效率"),
    )  # fmt: skip
    return Grid(head=head, rows=tuple(rows))


def _holders(holders: Sequence[Notice]) -> Grid:
    rows = []
    for one in holders:
        row = cockpit.row_of(one)
        much = "；".join(
            f"{it.shipped} / {it.rest} {cockpit.unit_of(it.unit)}" for it in row.amounts
        )
        where = division_text(one.division) if one.division else ""
        rows.append((one.name, where, tier_of(one.tier), much or "–", row.text))
    head = (_("持有者"), _("区"), _("层级"), _("收到 / 待交代"), _("进展"))
    return Grid(head=head, rows=tuple(rows), widths=(3, 1.4, 1, 2, 2))


def _events(events: Sequence[Event]) -> Grid:
    rows = tuple(
        (
            moment(one.at),
            said(texts.STEP_TEXTS, one.step.value),
            " ".join(filter(None, (one.organ, one.basis, one.document, one.note))),
        )
        for one in events
    )
    return Grid(head=(_("时间"), _("事项"), _("依据和说明")), rows=rows, widths=(2, 2, 4))
