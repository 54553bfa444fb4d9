"""Records of rated objects for tests, submitted as agencies submit them; and another trade."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import text

from app.credit.records.queries.catalogue import items_by_code
from app.credit.records.rules.identity import joined, key_of, record_id
from ledger.kernel.uow import UnitOfWork


def record(uow: UnitOfWork, subject_id: int, item: str, on: date, said: Mapping[str, str]) -> int:
    """A record as intake keeps it; returns its own id."""
    known = items_by_code(uow, {item})[item]
    own = record_id(known.id, 1, key_of(known, said))
    uow.session.execute(
        text("""
            INSERT INTO credit_record (subject_id, upload_id, id, recorded_at, decided_on, item_id,
                agency_id, by_item, said)
            VALUES (:subject, 0, :id, :at, :on, :item, 1, :by_item, :said)"""),
        {
            "subject": subject_id,
            "id": own,
            "at": uow.now,
            "on": on,
            "item": known.id,
            "by_item": known.by_item,
            "said": joined(known, said),
        },
    )
    return own


def broker(uow: UnitOfWork, subject_id: int, number: str = "JG-1", name: str = "鹭江经纪") -> None:
    """An agency's filing."""
    said = {"filing_no": number, "object_name": name, "address": "思明区湖滨南路 1 号"}
    record(uow, subject_id, "broker.agency", date(2025, 1, 2), said)


def shop(uow: UnitOfWork, subject_id: int, number: str, agency: str = "JG-1") -> None:
    """A shop's filing."""
    said = {
        "filing_no": number,
        "agency_no": agency,
        "object_name": f"门店 {number}",
        "address": f"厦禾路 {number}",
    }
    record(uow, subject_id, "broker.shop", date(2025, 2, 2), said)


def agent(uow: UnitOfWork, subject_id: int, number: str, name: str, agency: str = "JG-1") -> None:
    """An agent's registration."""
    said = {"filing_no": number, "agency_no": agency, "agent_name": name}
    record(uow, subject_id, "broker.agent", date(2025, 3, 3), said)


def honour(uow: UnitOfWork, subject_id: int, obj: str, level: str, on: date) -> None:
    """An honour of a broker."""
    said = {"document_no": f"{obj}-{level}-{on}", "object": obj, "title": "先进", "level": level}
    record(uow, subject_id, "broker.honour", on, said)


def practice(uow: UnitOfWork, subject_id: int, obj: str, kind: str, on: date) -> None:
    """Good practice of a broker."""
    said = {"document_no": f"{obj}-{kind}-{on}", "object": obj, "practice": kind}
    record(uow, subject_id, "broker.practice", on, said)


def complaint(uow: UnitOfWork, subject_id: int, obj: str, result: str, on: date) -> int:
    """A complaint about a broker, looked into."""
    said = {"document_no": f"TS-{obj}-{on}", "object": obj, "result": result}
    return record(uow, subject_id, "broker.complaint", on, said)


def eighty_one(uow: UnitOfWork, subject_id: int, obj: str) -> None:
    """What brings an object from 60 to 81 points."""
    honour(uow, subject_id, obj, "national", date(2026, 1, 10))  # 12
    honour(uow, subject_id, obj, "city", date(2026, 2, 10))  # 5
    practice(uow, subject_id, obj, "training", date(2026, 3, 10))  # 4
