"""Issuing a dossier: the paper, with the files of its certificates inside."""

from __future__ import annotations

from app.blobs import services as blobs
from app.blobs.errors import FileGone
from app.food.dossiers.terms import Dossier
from app.papers import services as papers
from app.papers.terms import Attachment, Issued, IssuePaper, Paper
from app.settings import Settings
from ledger.kernel.uow import UnitOfWork

BYTES_MAX = 20_000_000  # of all files inside; the others are named by their hash
_ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


def files_of(settings: Settings, dossier: Dossier) -> tuple[Attachment, ...]:
    """The files of a dossier's certificates, as many as fit; one that is gone is left out."""
    found: list[Attachment] = []
    left = BYTES_MAX
    for paper in dossier.papers:
        for at, file in enumerate(paper.certificate.files, 1):
            if file.size > left:
                continue
            try:
                with blobs.opened(settings, file.sha256) as stream:
                    content = stream.read()
            except FileGone:
                continue  # its hash stands in the paper all the same
            left -= len(content)
            ending = _ENDINGS.get(file.media_type, "bin")
            name = f"certificate-{paper.certificate.id}-{at}.{ending}"
            found.append(Attachment(name=name, about=file.name or name, content=content))
    return tuple(found)


def issue(uow: UnitOfWork, dossier: Dossier, paper: Paper, origin: str) -> Issued:
    """Number the paper of a dossier and keep its hash. Refuses: FontsMissing."""
    about = f"dossier:{dossier.operator.id}:{dossier.lot.id}"
    return papers.issue(uow, IssuePaper(paper=paper, kind="dossier", about=about, origin=origin))
