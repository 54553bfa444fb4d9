"""What is kept of papers."""

from __future__ import annotations

from app.papers import errors
from app.papers.model import PaperRow
from app.papers.rules import read_number
from app.papers.terms import KeptPaper
from ledger.kernel.uow import UnitOfWork


def kept_paper(uow: UnitOfWork, number: str) -> KeptPaper:
    """The paper with this number, as typed by somebody. Refuses: UnknownPaper."""
    known = read_number(number)
    row = uow.session.get(PaperRow, known) if known else None
    if row is None:
        raise errors.UnknownPaper(number=number[:40])
    return KeptPaper(
        number=row.number,
        kind=row.kind,
        sha256=row.sha256.hex(),
        size=row.size,
        made_at=row.made_at,
    )
