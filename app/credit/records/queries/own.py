"""What an agency itself has submitted about a subject."""

from __future__ import annotations

from sqlalchemy import text

from app.credit.records import errors
from app.credit.records.queries.catalogue import agency_of, catalogue
from app.credit.records.queries.rows import Key, Reading, family_of
from app.credit.records.terms import REVISION_BITS, Audience, Record
from ledger.kernel.statements import numbers
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_uscc

OWN_MAX = 100
_OWN = text(f"""
    SELECT subject_id, item_id, agency_id, max(id) AS id FROM credit_record
    WHERE subject_id = ANY(CAST(:subjects AS integer[])) AND agency_id = :agency
        AND (CAST(:item AS integer) IS NULL OR item_id = :item)
    GROUP BY subject_id, item_id, agency_id, id >> {REVISION_BITS}
    ORDER BY max(decided_on) DESC, max(id) LIMIT :most
""")  # noqa: S608 - a number of our own


def own_records(uow: UnitOfWork, uscc: str, item: str = "") -> list[Record]:
    """The actor's agency's records of a subject, the newest day first, a hundred at most.

    Refuses: NotPermitted, NotAnAgency, UnknownUscc and the identifiers' refusals, UnknownItem.
    """
    uow.actor.require("record.submit")
    agency, subject = agency_of(uow), subject_by_uscc(uow, uscc)
    number = catalogue(uow).item(item, uow.today).id if item else None
    reading = Reading(uow, family_of(uow, subject.id), Audience.GOVERNMENT)
    found = uow.session.execute(
        _OWN,
        {
            "subjects": numbers(reading.family.ids),
            "agency": agency.id,
            "item": number,
            "most": OWN_MAX,
        },
    )
    rows = reading.rows(Key(*row) for row in found)
    records = [reading.record(row)[0] for row in rows]
    return sorted(records, key=lambda one: (-one.decided_on.toordinal(), one.id))


def own_record(uow: UnitOfWork, subject_id: int, record_id: int) -> Record:
    """One of the actor's agency's records as it stands. Raises UnknownRecord, also for another's.

    Refuses: NotPermitted, NotAnAgency.
    """
    uow.actor.require("record.submit")
    agency = agency_of(uow)
    reading = Reading(uow, family_of(uow, subject_id), Audience.GOVERNMENT)
    for row in reading.revisions(record_id)[:1]:
        record, _ = reading.record(row)
        if record.agency.id == agency.id:
            return record
    raise errors.UnknownRecord
