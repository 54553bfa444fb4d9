"""Issuing papers."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from app.papers.model import PaperRow
from app.papers.rules import paper_number, svg_of
from app.papers.terms import (
    KINDS,
    NUMBER_LETTERS,
    NUMBER_RANDOM,
    Drawing,
    Issued,
    IssuePaper,
    Stamp,
)
from app.papers.writer import pdf_of, pdf_of_drawings
from ledger.kernel.uow import UnitOfWork


def issue(uow: UnitOfWork, command: IssuePaper) -> Issued:
    """Make a paper, number it and keep its hash, so that a copy can be told from a forgery.

    Refuses: FontsMissing. Leaves an audit line. The file itself is not kept: who issues a paper
    again gets another number.
    """
    assert command.kind in KINDS, command.kind
    letters = "".join(secrets.choice(NUMBER_LETTERS) for _ in range(NUMBER_RANDOM))
    number = paper_number(uow.today, letters)
    address = f"{command.origin}/papers/{number}"
    pdf = pdf_of(command.paper, Stamp(number=number, made_at=uow.now, address=address))
    digest = hashlib.sha256(pdf)
    uow.session.add(
        PaperRow(
            number=number,
            kind=command.kind,
            about=command.about,
            sha256=digest.digest(),
            size=len(pdf),
            account_id=uow.actor.account_id,
            made_at=uow.now,
        )
    )
    uow.audit("paper.issue", command.about, number=number, kind=command.kind)
    return Issued(number=number, sha256=digest.hexdigest(), pdf=pdf)


def drawn_pdf(drawings: Sequence[Drawing], title: str, made_at: datetime) -> bytes:
    """Sheets that are drawn, not written, as one file; no number is kept. Refuses: FontsMissing."""
    return pdf_of_drawings(drawings, title, made_at)


def drawn_svg(drawing: Drawing) -> str:
    """A sheet that is drawn as an SVG document."""
    return svg_of(drawing)
