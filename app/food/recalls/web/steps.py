"""The next step of a recall: a form for each, begun with what is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, url_for

from app.doors.i18n import gettext as _
from app.doors.i18n import language
from app.doors.web import form
from app.food.recalls import errors, queries, services
from app.food.recalls.queries import boards
from app.food.recalls.rules import papers, states
from app.food.recalls.schemas.begun import items_begun
from app.food.recalls.schemas.forms import StepForm
from app.food.recalls.terms import (
    Event,
    Hazard,
    Kind,
    NoticeItem,
    PlanItem,
    Recall,
    Step,
    TakeStep,
    texts,
)
from app.food.recalls.web.cases import seen_whole
from app.food.recalls.web.shared import blueprint, words
from ledger.kernel.uow import UnitOfWork
from ledger.kernel.zone import SHANGHAI
from ledger.subjects.queries import subjects_by_ids

_ITEMS = {Step.PLANNED: PlanItem, Step.NOTIFIED: NoticeItem}
_LOTS_WRITTEN = 30  # lots a plan or notice begins with


def _stepping(uow: UnitOfWork, recall_id: int, step: str) -> dict[str, Any]:
    found = seen_whole(uow, recall_id)
    wanted = _step(step)
    if not states.may_follow(found.state, wanted):
        raise errors.StepNotPossible(step=step, state=found.state.value)
    now = uow.now.astimezone(SHANGHAI)
    levels = [level for level in texts.LEVEL_GROUNDS if not found.level or level < found.level]
    allowed = papers.METHODS[Hazard(found.hazard)]
    return {
        "recall": found,
        "goods": boards.goods_of(uow, [found])[found.id],
        "step": wanted.value,
        "items": [item.value for item in _ITEMS.get(wanted, ())],
        "needs_items": wanted is Step.PLANNED or found.kind is Kind.RECALL,
        "is_authoritys": wanted in states.AUTHORITYS,
        "levels": [int(level) for level in levels],
        "methods": [method.value for method in texts.METHOD_TEXTS if method in allowed],
        "values": {
            **_begun(uow, found, wanted),
            "on": f"{now:%Y-%m-%d}",
            "at": f"{now:%Y-%m-%dT%H:%M}",
            "days": "10",
        },
        **words(),
    }


def _step(name: str) -> Step:
    try:
        return Step(name)
    except ValueError:
        raise errors.StepNotPossible(step=name[:40], state="") from None


def _begun(uow: UnitOfWork, found: Recall, step: Step) -> dict[str, str]:
    """The items of a plan or notice as the case and the plan before it already say them."""
    if step not in _ITEMS:
        return {}
    recaller = subjects_by_ids(uow, [found.recaller_id], papers=False) if found.recaller_id else {}
    lots = boards.root_lots(uow, found.id, _LOTS_WRITTEN)
    effect = queries.effectiveness_of(uow, found.id)
    begun = items_begun(found, recaller.get(found.recaller_id or 0), lots, effect)
    planned = _planned(queries.events_of(uow, found.id)) if step is Step.NOTIFIED else {}
    said = begun | {name: text for name, text in planned.items() if name in begun}
    return {f"items.{item.value}": said.get(item.value, "") for item in _ITEMS[step]}


def _planned(events: tuple[Event, ...]) -> dict[str, str]:
    """What the plan said, so that the notice need not be written twice."""
    plan = next((one for one in reversed(events) if one.step is Step.PLANNED), None)
    said = dict(plan.details.get("items", {})) if plan else {}
    return {name: said[name] for name in ("producer", "food") if name in said}


@form(
    blueprint,
    "/recalls/cases/<int:recall_id>/steps/<step>",
    needs="recall.open",
    loads=StepForm,
    template="recalls/step.html",
    context=_stepping,
    audits="recall.look_up",
    endpoint="step",
)
def take(uow: UnitOfWork, command: TakeStep, recall_id: int, step: str) -> str:
    """Take a step, with its ground, paper and items."""
    wanted = _step(step)
    services.take_step(uow, replace(command, recall_id=recall_id, step=wanted))
    done = texts.in_words(texts.STEP_TEXTS, language())[wanted.value]
    flash(_("已办：%(step)s", step=done))
    return url_for("recalls.case", recall_id=recall_id)
