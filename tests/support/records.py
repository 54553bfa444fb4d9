"""Records for tests: the shipped agencies, subjects, and rows put in as intake would."""

from __future__ import annotations

from datetime import timedelta

from app.credit.records.model import RecordRow
from app.credit.records.queries.catalogue import agency_by_code, catalogue
from app.credit.records.rules.columns import read_one
from app.credit.records.rules.identity import joined, key_of, record_id
from app.credit.records.rules.shipped import shipped_agencies
from app.credit.records.services.catalogue import load_agencies
from app.credit.records.terms import FieldRole, FieldType, Item
from ledger.kernel.actor import Actor, Role
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.services import register_subject, settle_subjects
from ledger.subjects.terms import RegisterSubject, Subject, SubjectKind

FIRM, TRADER = "91350200MA2XFA1T37", "92350203MA2YTEKT27"


def agencies_on_file(uow: UnitOfWork) -> None:
    """The shipped agencies as subjects."""
    load_agencies(uow, shipped_agencies())


def a_subject(uow: UnitOfWork, uscc: str = FIRM, name: str = "鹭岛食品有限公司") -> Subject:
    """A subject on file."""
    kinds = (SubjectKind.DISTRIBUTION,)
    command = RegisterSubject(uscc=uscc, name=name, kinds=kinds, division="350203")
    return register_subject(uow, command)[0]


def agency_actor(uow: UnitOfWork, code: str) -> Actor:
    """Somebody of an agency."""
    mine = agency_by_code(uow, code)
    return Actor(role=Role.AGENCY, operator_id=mine.subject_id, operator_name=mine.zh)


def a_row(item: Item, *, uscc: str = FIRM, on: str = "2026-05-10", **said: str) -> dict[str, str]:
    """A row of an item that can be taken: what is required and not said is made up."""
    row = {}
    for one in item.fields:
        made_up = {
            FieldType.DATE: on,
            FieldType.USCC: uscc if one.role is FieldRole.SUBJECT else "11350200MB1A0001XY",
            FieldType.MONEY: "1",
            FieldType.NUMBER: "1",
            FieldType.FLAG: "no",
            FieldType.SHARES: "general=0/1",
        }.get(one.type, f"{one.zh}甲")
        if one.type in (FieldType.CODE, FieldType.CODES):
            made_up = next(iter(one.codes))
        if one.required:
            row[one.name] = made_up
    return row | said


def a_record(uow: UnitOfWork, code: str, agency: str = "samr", **said: str) -> tuple[int, int]:
    """A record put in as intake would; (subject, record's own id)."""
    item, provider = catalogue(uow).item(code, uow.today), agency_by_code(uow, agency)
    kept = read_one(item, a_row(item, **said), uow.today)
    uscc, named = kept["uscc"], kept.get("name") or "鹭岛食品有限公司"
    kinds = (SubjectKind.DISTRIBUTION,)
    (subject_id,) = settle_subjects(uow, [RegisterSubject(uscc=uscc, name=named, kinds=kinds)])
    dated = next(one.name for one in item.fields if one.role is FieldRole.DATE)
    row = RecordRow(
        subject_id=subject_id,
        upload_id=1,
        id=record_id(item.id, provider.id, key_of(item, kept)),
        recorded_at=uow.now - timedelta(hours=1),
        decided_on=kept[dated],
        item_id=item.id,
        agency_id=provider.id,
        by_item=item.by_item,
        said=joined(item, kept),
    )
    uow.session.add(row)
    uow.session.flush()
    return row.subject_id, row.id
