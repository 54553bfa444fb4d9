"""What a plan and a notice begin with: all the case already knows, in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable

from app.doors.formats import division_text, when_text
from app.doors.i18n import gettext as _
from app.doors.i18n import language
from app.food.recalls.schemas.cockpit import unit_of
from app.food.recalls.terms import Effectiveness, Level, Recall, texts
from ledger.subjects.terms import Subject
from scanner.trace.terms import LotShown, amount


def items_begun(
    found: Recall,
    recaller: Subject | None,
    lots: Iterable[LotShown],
    effect: Effectiveness,
) -> dict[str, str]:
    """Drafts of the items, by name; what only people can say is left empty."""
    said = language()
    level = texts.in_words(texts.LEVEL_TEXTS, said)[str(int(found.level))]
    grounds = texts.in_words(texts.LEVEL_GROUNDS, said).get(str(int(found.level)), "")
    return {
        "producer": _producer(recaller),
        "food": "\n".join([*map(_lot, lots), *_shipped(effect, recaller)]),
        "cause": found.reason,
        "level": f"{level}。{grounds}" if found.level is not Level.NONE else level,
        "notice": "",
        "duties": _(
            "经营者：立即停止购进和销售，封存清点，24 小时内回报数量，只能退回供货者或者报批销毁。"
            "消费者：停止食用，可到购买的店退货退款。"
        ),
        "disposal": "",
        "effect": "",
    }


def _producer(recaller: Subject | None) -> str:
    if recaller is None:
        return ""
    parts = (recaller.name, recaller.uscc, recaller.contact, recaller.phone, recaller.address)
    return "，".join(part for part in parts if part)


def _lot(lot: LotShown) -> str:
    made = when_text(lot.produced_on, style="day") if lot.produced_on else ""
    parts = (
        f"{lot.product} {lot.spec}".strip(),
        lot.gtin,
        _("批号 %(lot)s", lot=lot.number) if lot.number else "",
        _("%(day)s 生产", day=made) if made else "",
    )
    return "，".join(part for part in parts if part)


def _shipped(effect: Effectiveness, recaller: Subject | None) -> list[str]:
    """How much went out and where, as the book has it."""
    sums = [
        f"{amount(one.figures.shipped, one.unit)} {unit_of(one.unit)}"
        for one in effect.whole
        if one.figures.shipped
    ]
    if not sums:
        return []
    area = division_text(recaller.division) if recaller and recaller.division else ""
    much = _("台账上共发出 %(much)s", much="、".join(sums))
    return [f"{much}，{area}" if area else much]
