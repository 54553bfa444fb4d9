"""A few food operators with records, for tests of grading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from app.credit.grading import services
from app.credit.grading.terms import FillForm, GradeCity
from app.credit.records.queries.catalogue import items_by_code
from app.credit.records.rules.identity import joined, record_id
from app.registry import wire
from ledger.kernel.uow import UnitOfWork
from support.accounts import subject
from support.records import agencies_on_file

STORE = {
    "area": "350",
    "prepack_ambient": "1200",
    "prepack_chilled": "80",
    "prepack_frozen": "50",
    "bulk_ambient": "120",
    "bulk_chilled": "25",
    "suppliers": "60",
}
"""A store whose static points are 15.5."""
_INSERT = text("""
    INSERT INTO credit_record (subject_id, upload_id, id, recorded_at, decided_on, item_id,
        agency_id, by_item, said)
    VALUES (:subject, 0, :id, :at, :on, :item, 1, :by_item, :said)
""")
_WITHDRAW = text("""
    INSERT INTO credit_record_event (subject_id, record_id, kind, at, reason, basis, about)
    VALUES (:subject, :record, 'withdrawn', :at, '', '', '')
""")


@dataclass(frozen=True)
class FoodCity:
    """Writes what agencies would have submitted."""

    uow: UnitOfWork

    def record(self, subject_id: int, code: str, on: date, **said: str) -> int:
        """A record as intake keeps it; returns its id."""
        item = items_by_code(self.uow, {code})[code]
        own = record_id(item.id, 1, "|".join(said.get(name, "") for name in item.key))
        given: dict[str, Any] = {
            "subject": subject_id,
            "id": own,
            "at": self.uow.now,
            "on": on,
            "item": item.id,
            "by_item": item.by_item,
            "said": joined(item, said),
        }
        self.uow.session.execute(_INSERT, given)
        return own

    def withdraw(self, subject_id: int, record: int) -> None:
        """Its agency takes a record back."""
        given = {"subject": subject_id, "record": record, "at": self.uow.now}
        self.uow.session.execute(_WITHDRAW, given)

    def operator(self, name: str, *kinds: str, division: str = "350203") -> int:
        """A registered operator in business."""
        made = subject(self.uow, name)
        self.uow.session.execute(
            text("UPDATE subject SET kinds = :kinds, division = :division WHERE id = :id"),
            {"id": made, "kinds": list(kinds), "division": division},
        )
        return made

    def store(self, name: str, on: date, **licence: Any) -> int:
        """A shop of 15.5 static points, licensed for years."""
        shop = self.operator(name, "distribution")
        since = licence.get("since", date(2020, 1, 1))
        self.licence(shop, "JY", f"JY1350203{shop:07d}", since)
        self.record(shop, "food.profile.sales", on, profile_no=f"P{shop}", **STORE)
        return shop

    def licence(
        self, subject_id: int, kind: str, number: str, since: date, scope: tuple[str, ...] = ()
    ) -> None:
        """A licence on file, in force to the end of 2030."""
        self.uow.session.execute(
            text("""
                INSERT INTO licence (subject_id, kind, number, valid_from, valid_to, scope)
                VALUES (:who, :kind, :number, :since, '2030-12-31', :scope)"""),
            {
                "who": subject_id,
                "kind": kind,
                "number": number,
                "since": since,
                "scope": list(scope),
            },
        )

    def inspected(self, subject_id: int, on: date, shares: str, trade: str = "sales") -> int:
        """A full inspection with the weights that failed and applied."""
        return self.record(
            subject_id,
            "inspection.food",
            on,
            inspection_no=f"J{subject_id}-{on}",
            trade=trade,
            kind="daily",
            full="yes",
            shares=shares,
            result="ok",
        )


_GROUPS = (
    "qualification,general,prohibited,premises,process,purchase,storage,recall,temperature,"
    "expired,label,selfcheck,staff,imports,agricultural"
)


def passed(failed: int = 0, of: int = 600) -> str:
    """Shares of a sales inspection in which each group failed alike."""
    return ",".join(f"{group}={failed}/{of}" for group in _GROUPS.split(","))


def a_graded_shop(uow: UnitOfWork, shop: int) -> dict[str, int]:
    """The shop with its table filled in, inspected, graded, and this year's form filled in."""
    wire()
    agencies_on_file(uow)
    city = FoodCity(uow)
    before = uow.today - timedelta(days=9)
    city.record(shop, "food.profile.sales", before, profile_no=f"P{shop}", **STORE)
    city.inspected(shop, before, passed(200))
    services.grade_city(uow, GradeCity(as_of=uow.today))
    services.fill_form(uow, FillForm(subject_id=shop, year=uow.today.year, flags=(7,), remark="试"))
    return {"grade_year": uow.today.year}
