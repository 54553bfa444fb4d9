"""How states, findings and units of passes are said, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.doors.i18n import language
from app.food.passes.terms import FindingKind, PassState, SideState
from ledger.entries.terms import EntryKind
from ledger.kernel.quantity import unit_named

STATE_TEXTS: dict[PassState, tuple[str, str, str]] = {
    PassState.ISSUED: ("wait", "等收货方确认", "waits for the buyer"),
    PassState.ACCEPTED: ("ok", "已按数收下", "accepted as sent"),
    PassState.DISPUTED: ("warn", "收下，数量不同", "accepted with a difference"),
    PassState.REFUSED: ("bad", "没有收", "refused"),
    PassState.EXPIRED: ("gap", "已过期", "expired"),
}
SIDE_TEXTS: dict[SideState, tuple[str, str, str]] = {
    SideState.MATCHED: ("ok", "对上", "matched"),
    SideState.SHORT: ("warn", "少收", "short"),
    SideState.OVER: ("warn", "多收", "over"),
    SideState.UNANSWERED: ("wait", "收货方未报", "not received in the book"),
    SideState.UNSENT: ("gap", "发货方未报", "not sent in the book"),
}
FINDING_TEXTS: dict[FindingKind, tuple[str, str, str]] = {
    FindingKind.MORE_OUT: ("bad", "出多于进", "more out than in"),
    FindingKind.PAST_DATE: ("bad", "过期还有存货", "stock past its date"),
    FindingKind.FROM_NOWHERE: ("gap", "没有来源", "from nowhere"),
}
EXPLAINED: dict[FindingKind, tuple[str, str, str]] = {
    FindingKind.MORE_OUT: (
        "",
        "报出去的比报进来的多，超过公差：漏报了进货，或者出货数报大了。",
        "More went out than came in: a receipt was left out, or a dispatch filed too large.",
    ),
    FindingKind.PAST_DATE: (
        "",
        "过了到期日，按账还有存货：请下架并报处置，或者补报已经卖出的。",
        "The book has some past its last day: file its disposal, or what was sold.",
    ),
    FindingKind.FROM_NOWHERE: (
        "",
        "只有出没有进：没有报过进货或生产，来源不明。",
        "It went out and never came in: no receipt and no production was filed.",
    ),
}
KIND_TEXTS: dict[EntryKind, tuple[str, str, str]] = {
    EntryKind.RECEIPT: ("", "进货", "receipt"),
    EntryKind.DISPATCH: ("", "销货", "dispatch"),
    EntryKind.PRODUCTION: ("", "生产", "production"),
    EntryKind.TRANSFORMATION: ("", "加工", "transformation"),
    EntryKind.DISPOSAL: ("", "处置", "disposal"),
}


def words_of(table: Mapping[Any, tuple[str, str, str]]) -> dict[str, tuple[str, str]]:
    """A table of states as (mark, word) in the language of the page."""
    place = 2 if language() == "en" else 1
    return {str(key): (said[0], said[place]) for key, said in table.items()}


def unit_words(code: str) -> str:
    """A unit as people say it."""
    unit = unit_named(code) if code else None
    if unit is None or language() == "zh":
        return unit.zh if unit else ""
    return next((word for word in unit.words if word.isascii()), unit.code)
