"""A library with a member and a visit to a subject, for those who look at their pages."""

from __future__ import annotations

from app.credit.inspections.services import note_visit
from app.credit.inspections.terms import NoteVisit, Purpose
from app.credit.supervision import rules, services
from app.credit.supervision.terms import SetUpLibrary
from ledger.kernel.uow import UnitOfWork


def a_library_and_a_visit(uow: UnitOfWork, subject: int) -> dict[str, object]:
    """What stands in the addresses of their pages."""
    services.load_official(uow)
    rule = rules.read({"all": [{"kind": "distribution"}, {"not": {"status": "revoked"}}]})
    made = services.set_up_library(
        uow, SetUpLibrary(code="all-here", zh="本地经营主体", en="All shops here", rule=rule)
    )
    services.refresh_part(uow)
    services.take_snapshot(uow, made.id)
    said = "后厨整洁，进货台账齐全，留样冰箱温度记录缺两天。"
    visit = NoteVisit(subject_id=subject, purpose=Purpose.ROUTINE, results=("A", "3"), said=said)
    return {
        "library": made.id,
        "own_library": made.id,
        "visit": note_visit(uow, visit).id,
    }
