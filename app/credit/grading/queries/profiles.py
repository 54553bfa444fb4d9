"""The static factors on file, as the form that fills them in shows them."""

from __future__ import annotations

from datetime import date

from app.credit.grading.terms import Trade
from app.credit.records.queries.catalogue import catalogue
from app.credit.records.queries.facts import facts_of
from app.credit.records.terms import Field, FieldRole, Item, RecordFacts
from app.credit.scoring.terms import Objects
from ledger.kernel.uow import UnitOfWork

MADE = frozenset({Trade.PRODUCTION, Trade.SPECIAL})
"""The trades whose static factor is the categories they make."""
_ITEMS = {
    Trade.PRODUCTION: "food.profile.production",
    Trade.SPECIAL: "food.profile.production",
    Trade.HEALTH: "food.profile.health",
    Trade.SALES: "food.profile.sales",
    Trade.CATERING: "food.profile.catering",
}
_OURS = frozenset({"profile_no", "filled_on", "tier"})


def item_of(uow: UnitOfWork, trade: Trade, on: date) -> Item:
    """The item of the catalogue with a trade's static factors."""
    return catalogue(uow).item(_ITEMS[trade], on)


def factors_of(item: Item) -> tuple[Field, ...]:
    """The fields an inspector fills in: not the subject's, the number's and the day's."""
    roles = (FieldRole.SUBJECT, FieldRole.NAME, FieldRole.DATE)
    return tuple(one for one in item.fields if one.role not in roles and one.name not in _OURS)


def profile_of(uow: UnitOfWork, subject_id: int, trade: Trade, on: date) -> dict[str, str]:
    """The newest value of each factor as text; empty where nothing is on file."""
    if trade in MADE:
        said = ",".join(code for code, _ in made_of(uow, subject_id, on))
        return {"food_category": said} if said else {}
    item = item_of(uow, trade, on)
    fields = factors_of(item)
    asked = [RecordFacts(name=one.name, item=item.code, value=one.name) for one in fields]
    found = {}
    columns = facts_of(uow, asked, on, Objects.of_subjects([subject_id]))
    for one, column in zip(fields, columns, strict=True):
        if len(column.values):
            value = int(column.values[-1])
            found[one.name] = column.words[value] if column.words else _number(value)
    return found


def made_of(uow: UnitOfWork, subject_id: int, on: date) -> list[tuple[str, int]]:
    """(category, record) of a producer's static factors, in the order of categories."""
    asked = RecordFacts(name="made", item=_ITEMS[Trade.PRODUCTION], value="food_category")
    (column,) = facts_of(uow, [asked], on, Objects.of_subjects([subject_id]))
    words = column.words or ()
    rows = zip(column.values.tolist(), column.evidence.tolist(), strict=True)
    return sorted((words[value], record) for value, record in rows)


def _number(thousandths: int) -> str:
    whole, rest = divmod(thousandths, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".")
