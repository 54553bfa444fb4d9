"""Putting certificates on file, attaching, replacing and withdrawing them; all of it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import insert, select, text

from ledger.certificates import errors, rules
from ledger.certificates.model import (
    CertificateFileRow,
    CertificateRow,
    CertificateTargetRow,
    CertificateWithdrawnRow,
)
from ledger.certificates.queries.lots import lots_proven
from ledger.certificates.queries.stored import SEES_ALL, certificate_by_id
from ledger.certificates.services.targets import require_targets
from ledger.certificates.services.told import told_of
from ledger.certificates.terms import (
    TARGETS_MAX,
    TEXTS,
    AddCertificate,
    AttachCertificate,
    Certificate,
    FileKept,
    Target,
    TargetKind,
    WithdrawCertificate,
)
from ledger.kernel.uow import UnitOfWork
from ledger.products.services import prove_lots, unprove_lots
from ledger.subjects.queries import subject_by_id

ADDS = "certificate.add"
# Of two that put the same paper on file at once the second shall find the first.
_LOCK = text("SELECT pg_advisory_xact_lock(7310014, :owner)")


def add_certificate(uow: UnitOfWork, command: AddCertificate) -> Certificate:
    """Put a certificate on file, in the place of another where it replaces one.

    A lot whose papers are complete with it is proven for everybody who has it (L04).

    Refuses: NotPermitted, NotYourOperator, UnknownSubject, UnknownCertificate, NoLongerStands, what
    ``rules.check`` refuses, UnknownTarget, NotYourGoods, CertificateExists. Announces:
    certificate.attached. Leaves an audit line.
    """
    uow.actor.require(ADDS)
    owner = subject_by_id(uow, command.owner_id).id
    _require_for(uow, owner)
    uow.session.execute(_LOCK, {"owner": owner})
    old = _standing(uow, command.replaces) if command.replaces is not None else None
    if old is not None and old.owner_id != owner:
        raise errors.UnknownCertificate(certificate=old.id)
    command = replace(_tidy(command), owner_id=owner)
    if old is not None and not command.targets:
        command = replace(command, targets=old.targets)
    rules.check(command, uow.today)
    require_targets(uow, owner, command.targets)
    _refuse_twice(uow, command)
    row = _stored(uow, command)
    _settle(uow, row.id, {*command.targets, *(old.targets if old else ())})
    made = certificate_by_id(uow, row.id)
    uow.announce("certificate.attached", **told_of(uow, made, [owner]))
    uow.audit(
        "certificate.add",
        f"certificate:{row.id}",
        owner=owner,
        kind=row.kind,
        replaces=row.replaces,
    )
    return made


def attach_certificate(uow: UnitOfWork, command: AttachCertificate) -> Certificate:
    """Let a certificate vouch for further things; those it is attached to already stay so.

    Refuses: NotPermitted, UnknownCertificate, NotYourOperator, NoLongerStands, TargetMissing,
    TooManyTargets, UnknownTarget, NotYourGoods. Announces: certificate.attached. Leaves an audit
    line.
    """
    uow.actor.require(ADDS)
    found = _standing(uow, command.certificate_id)
    _require_for(uow, found.owner_id)
    new = sorted(set(command.targets) - set(found.targets))
    if not command.targets:
        raise errors.TargetMissing(field="targets")
    if len(new) + len(found.targets) > TARGETS_MAX:
        raise errors.TooManyTargets(limit=TARGETS_MAX, field="targets")
    if not new:
        return found
    require_targets(uow, found.owner_id, new)
    _attach(uow, found.id, new)
    _settle(uow, found.id, new)
    made = certificate_by_id(uow, found.id)
    uow.announce("certificate.attached", **told_of(uow, made, [found.owner_id]))
    uow.audit("certificate.attach", f"certificate:{found.id}", targets=len(new))
    return made


def withdraw_certificate(uow: UnitOfWork, command: WithdrawCertificate) -> Certificate:
    """Say that a certificate no longer holds; lots that lack a paper now are no longer proven.

    Refuses: NotPermitted, UnknownCertificate, NotYourOperator, NoLongerStands, ReasonMissing,
    TextTooLong. Announces: certificate.withdrawn, to its owner and to those it concerns. Leaves an
    audit line.
    """
    uow.actor.require(ADDS)
    found = _standing(uow, command.certificate_id)
    _require_for(uow, found.owner_id)
    reason = " ".join(command.reason.split())
    if not reason:
        raise errors.ReasonMissing(field="reason")
    if len(reason) > TEXTS["reason"]:
        raise errors.TextTooLong(limit=TEXTS["reason"], field="reason")
    uow.session.add(
        CertificateWithdrawnRow(
            certificate_id=found.id, at=uow.now, account_id=uow.actor.account_id, reason=reason
        )
    )
    uow.session.flush()
    _settle(uow, found.id, found.targets)
    uow.announce("certificate.withdrawn", reason=reason, **told_of(uow, found))
    uow.audit("certificate.withdraw", f"certificate:{found.id}", reason=reason)
    return certificate_by_id(uow, found.id)


def _require_for(uow: UnitOfWork, owner: int) -> None:
    if not uow.actor.may(SEES_ALL):
        uow.actor.require_operator(owner)


def _standing(uow: UnitOfWork, certificate_id: int) -> Certificate:
    found = certificate_by_id(uow, certificate_id)
    if not uow.actor.may(SEES_ALL) and not uow.actor.may_act_for(found.owner_id):
        raise errors.UnknownCertificate(certificate=certificate_id)
    if not found.stands:
        raise errors.NoLongerStands(certificate=certificate_id)
    return found


def _tidy(command: AddCertificate) -> AddCertificate:
    return replace(
        command,
        number=" ".join(command.number.split()),
        issuer=" ".join(command.issuer.split()),
        reason=" ".join(command.reason.split()),
        targets=tuple(sorted(set(command.targets))),
    )


def _refuse_twice(uow: UnitOfWork, command: AddCertificate) -> None:
    """Refuse a paper that stands on file: by its number, or without one by its first picture."""
    same = select(CertificateRow.id).where(
        CertificateRow.owner_id == command.owner_id, CertificateRow.kind == command.kind.value
    )
    if command.number:
        same = same.where(CertificateRow.number == command.number)
    else:
        pictures = CertificateFileRow.certificate_id == CertificateRow.id
        same = same.join(CertificateFileRow, pictures).where(
            CertificateRow.number == "", CertificateFileRow.sha256 == command.files[0].sha256
        )
    for known in uow.session.scalars(same.order_by(CertificateRow.id)):
        if known != command.replaces and certificate_by_id(uow, known).stands:
            number = command.number or str(known)
            raise errors.CertificateExists(number=number, certificate=known, field="number")


def _stored(uow: UnitOfWork, command: AddCertificate) -> CertificateRow:
    row = CertificateRow(
        owner_id=command.owner_id,
        kind=command.kind.value,
        number=command.number,
        issuer=command.issuer,
        issued_on=command.issued_on,
        valid_from=command.valid_from,
        valid_to=command.valid_to,
        note=command.note.strip(),
        public=command.public,
        replaces=command.replaces,
        reason=command.reason,
        added_at=uow.now,
        added_by=uow.actor.account_id,
    )
    uow.session.add(row)
    uow.session.flush()
    _attach(uow, row.id, command.targets)
    files = [_file(row.id, place, file) for place, file in enumerate(command.files, 1)]
    if files:
        uow.session.execute(insert(CertificateFileRow), files)
    return row


def _file(certificate_id: int, position: int, file: FileKept) -> dict[str, object]:
    return {
        "certificate_id": certificate_id,
        "position": position,
        "sha256": file.sha256,
        "size": file.size,
        "media_type": file.media_type,
        "name": file.name[:200],
        "shown_sha256": file.shown_sha256,
        "shown_size": file.shown_size,
    }


def _attach(uow: UnitOfWork, certificate_id: int, targets: Iterable[Target]) -> None:
    rows = [
        {"certificate_id": certificate_id, "target": it.kind.value, "target_id": it.id}
        for it in targets
    ]
    uow.session.execute(insert(CertificateTargetRow), rows)


def _settle(uow: UnitOfWork, certificate_id: int, targets: Iterable[Target]) -> None:
    """Mark the lots among ``targets`` as proven or not, by the papers that now stand."""
    lots = {target.id for target in targets if target.kind is TargetKind.LOT}
    if not lots:
        return
    proven, unproven = lots_proven(uow, lots)
    unprove_lots(uow, unproven)
    prove_lots(uow, proven, certificate_id)
