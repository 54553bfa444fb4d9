"""Certificates on file: one by its number, pages of a search, and who may see them whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, any_, exists, literal, not_, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased
from sqlalchemy.types import Integer

from ledger.certificates import errors, rules
from ledger.certificates.model import (
    CertificateFileRow,
    CertificateRow,
    CertificateTargetRow,
    CertificateWithdrawnRow,
)
from ledger.certificates.terms import (
    Certificate,
    CertificateKind,
    CertificateSearch,
    CertificatesPage,
    CertificateState,
    FileKept,
    Target,
    TargetKind,
    Withdrawn,
)
from ledger.entries.queries import any_has_had
from ledger.kernel.actor import Actor
from ledger.kernel.selecting import any_among
from ledger.kernel.uow import UnitOfWork

SEES_ALL = "certificate.all"
PAGE_MAX = 200  # a page people read; machines ask for the next one
_ID_MAX = 2**31 - 1
_Newer = aliased(CertificateRow)


def soon_days(uow: UnitOfWork) -> int:
    """How many days before its end a certificate counts as running out."""
    return max(rules.stages(uow.parameters.get("certificate.warn_days", uow.today)))


def state_of(uow: UnitOfWork, certificate: Certificate) -> CertificateState:
    """What a certificate is worth today."""
    return rules.state_of(certificate, uow.today, soon_days(uow))


def state_on(certificate: Certificate, on: date) -> CertificateState:
    """What a certificate was worth on a day; one that ran out soon after it counts as in force."""
    return rules.state_of(certificate, on, 0)


def certificate_by_id(uow: UnitOfWork, certificate_id: int) -> Certificate:
    """The certificate of a number, whoever asks. Raises UnknownCertificate."""
    found = None
    if 0 < certificate_id <= _ID_MAX:
        found = uow.session.get(CertificateRow, certificate_id)
    if found is None:
        raise errors.UnknownCertificate(certificate=certificate_id)
    return certificates_of_rows(uow, [found])[0]


def own_ids(actor: Actor) -> frozenset[int]:
    """The operators an actor acts for."""
    return actor.delegated | ({actor.operator_id} if actor.operator_id else frozenset())


def sees_whole(uow: UnitOfWork, certificate: Certificate) -> bool:
    """Whether the actor may see all of a certificate, its pictures too.

    Its owner, inspectors and registrars may; and whoever has had a lot it vouches for, unless it is
    of a kind that tells of somebody's dealings.
    """
    actor = uow.actor
    if actor.may(SEES_ALL) or actor.may_act_for(certificate.owner_id):
        return True
    own = own_ids(actor)
    if certificate.kind in rules.NEVER_PUBLIC or not own:
        return False
    return any(any_has_had(uow, own, lot) for lot in certificate.about(TargetKind.LOT))


def require_seen(uow: UnitOfWork, certificate: Certificate) -> None:
    """Refuse with UnknownCertificate, as if it were not there, unless it may be seen whole."""
    if not sees_whole(uow, certificate):
        raise errors.UnknownCertificate(certificate=certificate.id)


def certificates_about(
    uow: UnitOfWork, targets: Sequence[Target], limit: int
) -> tuple[Certificate, ...]:
    """The certificates of some things whose pictures the actor may see, the newest first."""
    about = or_(*map(_attached, targets))
    query = select(CertificateRow).where(about).order_by(CertificateRow.id.desc()).limit(limit)
    found = certificates_of_rows(uow, uow.session.scalars(query).all())
    return tuple(each for each in found if _is_shown(each) or sees_whole(uow, each))


def _is_shown(certificate: Certificate) -> bool:
    """Whether everybody may see its pictures."""
    return certificate.public and certificate.stands and certificate.kind not in rules.NEVER_PUBLIC


def certificates_page(uow: UnitOfWork, search: CertificateSearch) -> CertificatesPage:
    """A page of the certificates that are looked for, the newest first, at most 200.

    Who may not see everybody's finds those of its own operators, and of a lot they have had.
    """
    limit = min(max(search.limit, 1), PAGE_MAX)
    query = select(CertificateRow).where(*_sought(uow, search)).order_by(CertificateRow.id.desc())
    rows = uow.session.scalars(query.limit(limit + 1)).all()
    items = tuple(certificates_of_rows(uow, rows[:limit]))
    return CertificatesPage(items=items, next=items[-1].id if len(rows) > limit else None)


def _sought(uow: UnitOfWork, search: CertificateSearch) -> list[ColumnElement[bool]]:
    wanted = _seen(uow, search)
    owners = search.owner_ids
    if owners is not None:
        wanted.append(CertificateRow.owner_id == any_among(owners))
    if text := search.text.strip():
        says = CertificateRow.number == text
        if owners is not None or not uow.actor.may(SEES_ALL):
            part = CertificateRow.issuer.contains(text, autoescape=True)
            says = or_(says, part, CertificateRow.number.contains(text, autoescape=True))
        wanted.append(says)
    if search.kind:
        wanted.append(CertificateRow.kind == search.kind.value)
    if search.state:
        wanted.append(_in_state(search.state, uow.today, soon_days(uow)))
    if search.target:
        wanted.append(_attached(search.target))
    if search.before:
        wanted.append(CertificateRow.id < search.before)
    return wanted


def _seen(uow: UnitOfWork, search: CertificateSearch) -> list[ColumnElement[bool]]:
    """What an actor finds: its own operators' certificates, and of a lot they have had others' too.

    Others' vouchers are not found.
    """
    if uow.actor.may(SEES_ALL):
        return []
    own = own_ids(uow.actor)
    mine = CertificateRow.owner_id == any_among(own)
    target = search.target
    if target and target.kind is TargetKind.LOT and own and any_has_had(uow, own, target.id):
        hidden = [kind.value for kind in rules.NEVER_PUBLIC]
        return [or_(mine, CertificateRow.kind.not_in(hidden))]
    return [mine]


def _attached(target: Target) -> ColumnElement[bool]:
    return CertificateRow.id.in_(
        select(CertificateTargetRow.certificate_id).where(
            CertificateTargetRow.target == target.kind.value,
            CertificateTargetRow.target_id == any_(literal([target.id], ARRAY(Integer))),
        )
    )


def _in_state(state: CertificateState, today: date, soon: int) -> ColumnElement[bool]:
    withdrawn = exists().where(CertificateWithdrawnRow.certificate_id == CertificateRow.id)
    replaced = exists().where(_Newer.replaces == CertificateRow.id)
    ends, begins = CertificateRow.valid_to, CertificateRow.valid_from
    stands = and_(not_(withdrawn), not_(replaced))
    match state:
        case CertificateState.WITHDRAWN:
            return withdrawn
        case CertificateState.REPLACED:
            return and_(replaced, not_(withdrawn))
        case CertificateState.EXPIRED:
            return and_(stands, ends < today)
        case CertificateState.NOT_YET:
            return and_(stands, begins > today)
        case CertificateState.EXPIRING:
            return and_(stands, ends >= today, ends <= today + timedelta(days=soon))
        case _:
            begun = or_(begins.is_(None), begins <= today)
            return and_(stands, begun, or_(ends.is_(None), ends >= today))


def certificates_of_rows(uow: UnitOfWork, rows: Sequence[CertificateRow]) -> list[Certificate]:
    """Certificates with what they are attached to, their files and what became of them."""
    ids = [row.id for row in rows]
    if not ids:
        return []
    targets, files = _targets(uow, ids), _files(uow, ids)
    ended, followed = _withdrawn(uow, ids), _followers(uow, ids)
    return [
        _certificate(row, targets[row.id], files[row.id], ended.get(row.id), followed.get(row.id))
        for row in rows
    ]


def _targets(uow: UnitOfWork, ids: Sequence[int]) -> dict[int, list[Target]]:
    found: dict[int, list[Target]] = defaultdict(list)
    rows = uow.session.scalars(
        select(CertificateTargetRow).where(CertificateTargetRow.certificate_id == any_among(ids))
    )
    for row in rows:
        found[row.certificate_id].append(Target(TargetKind(row.target), row.target_id))
    return found


def _files(uow: UnitOfWork, ids: Sequence[int]) -> dict[int, list[FileKept]]:
    found: dict[int, list[FileKept]] = defaultdict(list)
    rows = uow.session.scalars(
        select(CertificateFileRow)
        .where(CertificateFileRow.certificate_id == any_among(ids))
        .order_by(CertificateFileRow.certificate_id, CertificateFileRow.position)
    )
    for row in rows:
        found[row.certificate_id].append(_file(row))
    return found


def _withdrawn(uow: UnitOfWork, ids: Sequence[int]) -> dict[int, Withdrawn]:
    mine = CertificateWithdrawnRow.certificate_id == any_among(ids)
    return {
        row.certificate_id: Withdrawn(at=row.at, account_id=row.account_id, reason=row.reason)
        for row in uow.session.scalars(select(CertificateWithdrawnRow).where(mine))
    }


def _followers(uow: UnitOfWork, ids: Sequence[int]) -> dict[int, int]:
    """{a certificate: the one that replaced it}."""
    newer = select(CertificateRow.replaces, CertificateRow.id)
    rows = uow.session.execute(newer.where(CertificateRow.replaces == any_among(ids)))
    return {old: new for old, new in rows if old is not None}


def _file(row: CertificateFileRow) -> FileKept:
    return FileKept(
        sha256=bytes(row.sha256),
        size=row.size,
        media_type=row.media_type,
        name=row.name,
        shown_sha256=bytes(row.shown_sha256) if row.shown_sha256 is not None else None,
        shown_size=row.shown_size,
    )


def _certificate(
    row: CertificateRow,
    targets: list[Target],
    files: list[FileKept],
    withdrawn: Withdrawn | None,
    replaced_by: int | None,
) -> Certificate:
    return Certificate(
        id=row.id,
        owner_id=row.owner_id,
        kind=CertificateKind(row.kind),
        number=row.number,
        issuer=row.issuer,
        issued_on=row.issued_on,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        note=row.note,
        public=row.public,
        added_at=row.added_at,
        added_by=row.added_by,
        replaces=row.replaces,
        replaced_by=replaced_by,
        reason=row.reason,
        withdrawn=withdrawn,
        targets=tuple(sorted(targets)),
        files=tuple(files),
    )
