"""Marking lots as proven by certificates (L04), and lifting the mark; both stay on record."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import insert, select, update

from ledger.kernel.selecting import any_among
from ledger.kernel.uow import UnitOfWork
from ledger.products.model import LotProofRow


def prove_lots(uow: UnitOfWork, lots: Iterable[int], certificate_id: int) -> None:
    """Mark lots as proven, for everybody who has them; those that are so already stay as they are.

    The mark names the certificate with which their papers became complete.
    """
    asked = set(lots)
    standing = select(LotProofRow.lot_id).where(
        LotProofRow.lot_id == any_among(asked), LotProofRow.ended_at.is_(None)
    )
    new = sorted(asked - set(uow.session.scalars(standing)))
    if new:
        rows = [
            {"lot_id": lot, "certificate_id": certificate_id, "proven_at": uow.now} for lot in new
        ]
        uow.session.execute(insert(LotProofRow), rows)


def unprove_lots(uow: UnitOfWork, lots: Iterable[int]) -> None:
    """Lift the mark from lots whose papers no longer are what is needed."""
    uow.session.execute(
        update(LotProofRow)
        .where(LotProofRow.lot_id == any_among(lots), LotProofRow.ended_at.is_(None))
        .values(ended_at=uow.now)
    )
