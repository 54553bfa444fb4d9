"""The files that certificates name, one after the other, to be compared with what is kept."""

from __future__ import annotations

from sqlalchemy import select, tuple_

from ledger.certificates.model import CertificateFileRow
from ledger.kernel.uow import UnitOfWork

Place = tuple[int, int]
"""A certificate's number and the place of a file in it, counted from one."""


def files_after(
    uow: UnitOfWork, after: Place = (0, 0), limit: int = 500
) -> tuple[tuple[Place, tuple[bytes, ...]], ...]:
    """The files behind a place, with the hashes each is kept under: its own, and what is shown."""
    row = CertificateFileRow
    place = tuple_(row.certificate_id, row.position)
    rows = uow.session.scalars(
        select(row).where(place > after).order_by(row.certificate_id, row.position).limit(limit)
    )
    return tuple(
        (
            (it.certificate_id, it.position),
            tuple(bytes(one) for one in (it.sha256, it.shown_sha256) if one is not None),
        )
        for it in rows
    )
