"""What a dossier shows of the points of Art. 136, and what it leaves open; no verdict."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from app.food.dossiers.terms import Arrival, Point, Proven, Shown
from ledger.products.terms import Hold
from ledger.proof.terms import ProofState

LATE = "late"


def points(
    arrivals: Sequence[Arrival],
    *,
    proven: bool,
    papers: int,
    hold: Hold | None,
    proofs: Collection[Proven],
) -> tuple[tuple[Point, Shown], ...]:
    """Each point with how far it is shown (Food Safety Law Art. 136, Arts. 50 and 53).

    ``proven`` says whether the certificates are all the lot needs, ``papers`` how many there are.
    """
    return (
        (Point.SOURCE_STATED, _share([_is_stated(each) for each in arrivals])),
        (Point.SUPPLIER_LICENSED, _share([not each.lacks_licence for each in arrivals])),
        (Point.CERTIFICATE_HELD, _papers(proven=proven, papers=papers)),
        (Point.RECORDED_IN_TIME, _share([LATE not in each.line.flags for each in arrivals])),
        (Point.BOUGHT_BEFORE_STOP, _share([_is_before(each, hold) for each in arrivals])),
        (Point.UNCHANGED, _sealed(proofs)),
    )


def _is_stated(arrival: Arrival) -> bool:
    """Whether the source is one that can be found: registered, or with a contact or address."""
    who = arrival.supplier
    return who is not None and (who.registered or bool(who.contact or who.phone or who.address))


def _is_before(arrival: Arrival, hold: Hold | None) -> bool:
    return hold is None or arrival.line.at.start <= hold.held_at


def _papers(*, proven: bool, papers: int) -> Shown:
    if proven:
        return Shown.YES
    return Shown.PARTLY if papers else Shown.NO


def _sealed(proofs: Collection[Proven]) -> Shown:
    if all(each.state is not ProofState.FILED for each in proofs):
        return Shown.YES
    return Shown.WAITING


def _share(met: Sequence[bool]) -> Shown:
    if all(met):
        return Shown.YES
    return Shown.PARTLY if any(met) else Shown.NO
