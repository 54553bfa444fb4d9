"""What a certificate may be attached to: an operator's own goods, places and self."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import text

from ledger.certificates import errors
from ledger.certificates.queries.stored import SEES_ALL
from ledger.certificates.terms import Target, TargetKind
from ledger.kernel.uow import UnitOfWork

_ID_MAX = 2**31 - 1
# Of each kind: the ids on file, and whether the operator made or owns them.
_OWNED = {
    TargetKind.LOT: text("""
        SELECT l.id, l.producer_id = :op OR p.producer_id = :op OR p.scope_id = :op
            OR EXISTS (SELECT FROM entry e WHERE e.lot = l.id AND e.op = ANY(
                ARRAY(SELECT id FROM subject WHERE id = :op OR merged_into = :op))) AS own
        FROM lot l JOIN product p ON p.id = l.product_id
        WHERE l.id = ANY(CAST(:ids AS integer[]))
    """),
    TargetKind.PRODUCT: text("""
        SELECT p.id, coalesce(p.producer_id = :op OR p.scope_id = :op, false) AS own
        FROM product p WHERE p.id = ANY(CAST(:ids AS integer[]))
    """),
    TargetKind.OPERATOR: text("""
        SELECT s.id, s.id = :op AS own FROM subject s
        WHERE s.id = ANY(CAST(:ids AS integer[])) AND s.merged_into IS NULL
    """),
    TargetKind.PREMISES: text("""
        SELECT p.id, p.subject_id = :op AS own FROM premises p
        WHERE p.id = ANY(CAST(:ids AS integer[]))
    """),
}


def require_targets(uow: UnitOfWork, owner: int, targets: Collection[Target]) -> None:
    """Refuse what is not on file with UnknownTarget, and with NotYourGoods what is not the owner's.

    Its own are lots it made or whose book speaks of, products it makes, itself and its premises.
    Inspectors and registrars attach to anything.
    """
    for kind in TargetKind:
        ids = [target.id for target in targets if target.kind is kind]
        if ids:
            _require(uow, owner, kind, ids)


def _require(uow: UnitOfWork, owner: int, kind: TargetKind, ids: Iterable[int]) -> None:
    possible = sorted(one for one in ids if 0 < one <= _ID_MAX)
    rows = uow.session.execute(_OWNED[kind], {"op": owner, "ids": possible})
    own = {row.id: bool(row.own) for row in rows}
    for one in sorted(ids):
        if one not in own:
            raise errors.UnknownTarget(kind=kind.value, id=one, field="targets")
        if not own[one] and not uow.actor.may(SEES_ALL):
            raise errors.NotYourGoods(kind=kind.value, id=one, field="targets")
