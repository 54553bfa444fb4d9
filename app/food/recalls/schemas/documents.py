"""Views of recalls as plain documents, for JSON and for the shell."""

from __future__ import annotations

from typing import Any

from app.food.recalls.rules.shares import decimal_text
from app.food.recalls.terms import (
    AnswerShown,
    Clock,
    Effectiveness,
    Event,
    Expected,
    FiguresOf,
    Notice,
    Recall,
    RecalledLot,
)
from ledger.kernel.zone import SHANGHAI
from scanner.trace.terms import LotShown, amount

_EXPECTED = ("received", "produced", "dispatched", "sold", "used", "disposed", "on_hand")
_MOMENTS = (
    "known_at", "opened_at", "start_due", "started_at", "finish_due", "completed_at",
    "report_due", "reported_at", "closed_at", "looked_at",
)  # fmt: skip


def _moment(at: Any) -> str | None:
    return None if at is None else at.astimezone(SHANGHAI).isoformat()


def recall_document(
    found: Recall,
    clocks: tuple[Clock, ...] = (),
    effect: Effectiveness | None = None,
    tally: dict[str, int] | None = None,
) -> dict[str, Any]:
    """A recall, and where they were asked for its clocks, effectiveness and tally of holders."""
    said: dict[str, Any] = {
        **{name: getattr(found, name) for name in ("id", "number", "title", "reason", "holders")},
        **{name: getattr(found, name).value for name in ("kind", "state", "hazard", "found")},
        **{name: _moment(getattr(found, name)) for name in _MOMENTS},
        "level": int(found.level),
        "drill": found.is_drill,
        "ordered": found.is_ordered,
        "recaller_id": found.recaller_id,
        "product_id": found.product_id,
        "notice_on": found.notice_on and found.notice_on.isoformat(),
        "finish_is_provisional": found.finish_is_provisional,
        "lots": found.lots,
        "revision": found.revision,
        "spread": {"done": found.spread_done, "total": found.spread_total},
    }
    if clocks:
        said["clocks"] = [_clock(one) for one in clocks]
    if effect is not None:
        said["effectiveness"] = effect_document(effect)
    if tally is not None:
        said["answers"] = tally
    return said


def _clock(one: Clock) -> dict[str, Any]:
    return {
        "timer": one.timer.value,
        "state": one.state.value,
        "begun_at": _moment(one.begun_at),
        "due_at": _moment(one.due_at),
        "met_at": _moment(one.met_at),
        "provisional": one.is_provisional,
    }


def effect_document(effect: Effectiveness) -> dict[str, Any]:
    """The effectiveness: one figure, the whole by unit, and each tier."""
    return {
        "ratio": None if effect.ratio is None else decimal_text(effect.ratio),
        "as_of": _moment(effect.as_of),
        "whole": [figures_document(one) for one in effect.whole],
        "tiers": [figures_document(one) for one in effect.tiers],
    }


def figures_document(one: FiguresOf) -> dict[str, Any]:
    """The figures of one scope, in its unit."""
    sums, unit = one.figures, one.unit
    said: dict[str, Any] = {name: amount(getattr(sums, name), unit) for name in sums._fields}
    said |= {"base": amount(sums.base, unit), "accounted": amount(sums.accounted, unit)}
    said |= {"ratio": None if sums.ratio is None else decimal_text(sums.ratio), "unit": unit.code}
    named = {"tier": one.tier, "lot_id": one.lot_id}
    return {key: value for key, value in named.items() if value is not None} | said


def event_document(event: Event) -> dict[str, Any]:
    """One line of the history."""
    texts = ("role", "organ", "basis", "document", "note")
    return {
        "id": event.id,
        "step": event.step.value,
        "at": _moment(event.at),
        **{name: getattr(event, name) for name in texts},
        "details": dict(event.details),
    }


def lot_document(one: RecalledLot, shown: LotShown | None) -> dict[str, Any]:
    """A lot of a recall, and how the share of recalled food in it was reckoned."""
    return {
        "lot_id": one.lot_id,
        "gtin": shown.gtin if shown else "",
        "lot": shown.number if shown else "",
        "product": shown.product if shown else "",
        "root": one.is_root,
        "share": decimal_text(one.share),
        "made_of": [dict(it) for it in one.made_of],
        "revision": one.revision,
        "added_at": _moment(one.added_at),
    }


def notice_document(one: Notice) -> dict[str, Any]:
    """A holder: who it is, what is expected of it, and how its notice stands."""
    texts = ("operator_id", "name", "uscc", "kind", "division", "registered", "status", "tier")
    moments = ("added_at", "sent_at", "seen_at", "answered_at", "expires_at")
    return {
        **{name: getattr(one, name) for name in texts},
        **{name: _moment(getattr(one, name)) for name in moments},
        "contact": one.contact,
        "phone": one.phone,
        "address": one.address,
        "reach": one.reach.value,
        "answered": one.answered.value if one.answered else "",
        "stage": one.stage,
        "added_revision": one.added_revision,
        "expected": [_expected(it) for it in one.expected],
        "figures": [figures_document(it) for it in one.figures],
    }


def _expected(one: Expected) -> dict[str, Any]:
    return {
        "lot_id": one.lot_id,
        "unit": one.unit.code,
        **{name: amount(getattr(one, name), one.unit) for name in _EXPECTED},
        "revision": one.revision,
        "added_at": _moment(one.added_at),
        "why": one.why,
    }


def answer_document(one: AnswerShown) -> dict[str, Any]:
    """An answer as it was given."""
    return {
        **{name: getattr(one, name) for name in ("id", "operator_id", "lot_id", "quantity")},
        "unit": one.unit,
        "remark": one.remark,
        "answer": one.answer.value,
        "via": one.via.value,
        "at": _moment(one.at),
        "pictures": [picture.hex() for picture in one.pictures],
    }
