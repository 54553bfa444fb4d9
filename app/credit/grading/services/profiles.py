"""The static factors as an inspector fills them in: they become records of its agency."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

from app.credit.grading import errors
from app.credit.grading.queries.profiles import MADE, item_of, made_of
from app.credit.grading.rules.tables import categories
from app.credit.grading.terms import FileProfile, Trade
from app.credit.records.queries.catalogue import agencies, agency_by_code, provides
from app.credit.records.services import submit_rows, withdraw_record
from app.credit.records.terms import Agency, Item, SubmitRows, WithdrawRecord
from ledger.kernel.actor import Actor, Role
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_id

AUTHORITY = "samr"
REPLACED = "由新的静态风险因素表代替"


def file_profile(uow: UnitOfWork, command: FileProfile) -> None:
    """Keep the static factors of an operator's trade as records of the inspector's agency.

    For producers ``said["food_category"]`` may name several categories, one record each; those a
    new form no longer names are withdrawn. Refuses: NotPermitted, UnknownSubject, UnknownCategory,
    ProfileRefused with what records say of a field. Announces: record.submitted.
    """
    uow.actor.require("grade.fill")
    subject = subject_by_id(uow, command.subject_id)
    item = item_of(uow, command.trade, uow.today)
    agency = _agency(uow, item)
    acting = _as_house(uow)
    said = {name: text for name, text in command.said.items() if text}
    number = f"{subject.uscc}-{command.trade.value}-{uow.today.isoformat()}"
    base = {
        "uscc": subject.uscc,
        "name": subject.name,
        "profile_no": number,
        "filled_on": uow.today.isoformat(),
    }
    rows = [base | row for row in _rows(command.trade, said)]
    _check_categories(rows)
    if command.trade in MADE:
        _withdraw_others(acting, subject.id, {row["food_category"] for row in rows})
    report = submit_rows(
        acting,
        SubmitRows(item=item.code, rows=tuple(rows), agency=agency.code, channel="form"),
    )
    if report.refused:
        first = report.refused[0]
        raise errors.ProfileRefused(field=first.column, why=first.code, about=dict(first.params))


def _rows(trade: Trade, said: Mapping[str, str]) -> list[dict[str, str]]:
    if trade in MADE:
        named = {it.strip() for it in said.get("food_category", "").split(",")} - {""}
        if not named:
            raise errors.UnknownCategory(field="food_category", category="")
        return [{"food_category": code} for code in sorted(named)]
    return [dict(said)]


def _check_categories(rows: Sequence[Mapping[str, str]]) -> None:
    for row in rows:
        if row.get("food_category", "01") not in categories():
            raise errors.UnknownCategory(field="food_category", category=row["food_category"][:10])


def _withdraw_others(acting: UnitOfWork, subject_id: int, kept: set[str]) -> None:
    """Take back the categories that the newer form no longer names."""
    for code, record_id in made_of(acting, subject_id, acting.today):
        if code not in kept:
            withdraw_record(
                acting,
                WithdrawRecord(subject_id=subject_id, record_id=record_id, reason=REPLACED),
            )


def _agency(uow: UnitOfWork, item: Item) -> Agency:
    """The agency the inspector works for, where it provides the item; else the city's authority."""
    own = next(
        (it for it in agencies(uow).values() if it.subject_id == uow.actor.operator_id), None
    )
    if own is not None and provides(item, own):
        return own
    return agency_by_code(uow, AUTHORITY)


def _as_house(uow: UnitOfWork) -> UnitOfWork:
    """The same unit as the house itself: an inspector submits through this form and no other way.

    Its account stays named in what is left behind.
    """
    acting = copy.copy(uow)
    acting.actor = Actor(role=Role.SYSTEM, account_id=uow.actor.account_id, name=uow.actor.name)
    return acting
