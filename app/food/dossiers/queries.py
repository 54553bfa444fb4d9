"""What is on file about one lot at one operator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.food.dossiers import errors, rules
from app.food.dossiers.terms import Arrival, Dossier, Paperwork, Proven
from ledger.certificates import queries as certificates
from ledger.certificates.terms import Target, TargetKind
from ledger.entries.queries import lines_about, same_lots
from ledger.entries.terms import BookLine, EntryKind
from ledger.kernel.ids import parse_entry_reference
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import held_lots, lot_by_id, product_by_id
from ledger.proof import queries as log
from ledger.proof.terms import ProofState
from ledger.subjects.queries import lacks_licence, licence_in_force, subjects_by_ids
from ledger.subjects.terms import Subject

PAPERS_MAX = 100
_NOT_ONWARD = frozenset({EntryKind.RECEIPT, EntryKind.CORRECTION})


def dossier(uow: UnitOfWork, operator_id: int, lot_id: int, *, witnessed: bool) -> Dossier:
    """The dossier of a lot at an operator, for the operator, its delegates and inspectors.

    ``witnessed``: whether the log has witnesses. Refuses: NotPermitted, NotYourOperator,
    UnknownLot, NeverReceived.
    """
    lot = lot_by_id(uow, lot_id)
    goods = sorted({lot_id}.union(*same_lots(uow, [lot_id])))
    lines, cut = lines_about(uow, operator_id, goods)
    standing = [line for line in lines if not line.corrected_by]
    came = [line for line in standing if line.kind is EntryKind.RECEIPT]
    if not came:
        raise errors.NeverReceived(operator=operator_id, lot=lot.number or lot.id)
    named = {operator_id, lot.producer_id, *(line.partner_id for line in came)}
    people = subjects_by_ids(uow, {each for each in named if each})
    product = product_by_id(uow, lot.product_id)
    arrivals = tuple(_arrival(line, people) for line in came)
    papers = _papers(uow, goods, lot.product_id, min(_day(line) for line in came))
    proofs, receipts = _proofs(uow, [line.reference for line in came], witnessed=witnessed)
    hold = next(iter(held_lots(uow, goods).values()), None)
    proven, _ = certificates.lots_proven(uow, goods)
    return Dossier(
        operator=people[operator_id],
        lot=lot,
        product=product,
        producer=people.get(lot.producer_id or 0),
        arrivals=arrivals,
        onward=tuple(line for line in standing if line.kind not in _NOT_ONWARD),
        papers=papers,
        proofs=proofs,
        receipts=receipts,
        hold=hold,
        points=rules.points(
            arrivals, proven=lot_id in proven, papers=len(papers), hold=hold, proofs=proofs
        ),
        cut=cut,
    )


def _day(line: BookLine) -> date:
    return line.at.day or line.at.start.date()


def _arrival(line: BookLine, people: dict[int, Subject]) -> Arrival:
    who = people.get(line.partner_id or 0)
    on = _day(line)
    kinds = who.kinds if who else ()
    held = [licence_in_force(who, kind, on) for kind in kinds] if who else []
    lacks = not who or not kinds or all(lacks_licence(who, kind, on) for kind in kinds)
    licence = next((paper for paper in held if paper), None)
    return Arrival(line=line, supplier=who, licence=licence, lacks_licence=lacks)


def _papers(
    uow: UnitOfWork, goods: Sequence[int], product_id: int, on: date
) -> tuple[Paperwork, ...]:
    """The certificates of the lot and of the product the actor may see."""
    targets = [Target(TargetKind.LOT, each) for each in goods]
    targets.append(Target(TargetKind.PRODUCT, product_id))
    found = certificates.certificates_about(uow, targets, PAPERS_MAX)
    return tuple(
        Paperwork(certificate=each, state=certificates.state_on(each, on)) for each in found
    )


def _proofs(
    uow: UnitOfWork, references: Sequence[str], *, witnessed: bool
) -> tuple[tuple[Proven, ...], str]:
    """How far the proof of each entry has come, and the receipts of those that are sealed."""
    numbers = {each: parse_entry_reference(each)[1] for each in references}
    places = log.places_of(uow, list(numbers.values()))
    states = {
        each: log.state_of(uow, number, witnessed=witnessed) for each, number in numbers.items()
    }
    sealed = [each for each in references if states[each] is not ProofState.FILED]
    kept = dict(zip(sealed, log.receipts_of(uow, sealed), strict=True)) if sealed else {}
    proofs = tuple(
        Proven(
            reference=each,
            state=states[each],
            index=places.get(numbers[each]),
            leaf=log.leaf_of(kept[each]).hex() if each in kept else "",
        )
        for each in references
    )
    return proofs, log.written(list(kept.values()))
