"""The reads of certificates: one, pages of a search, what the public sees, what runs out."""

from ledger.certificates.queries.ending import papers_running_out
from ledger.certificates.queries.files import files_after
from ledger.certificates.queries.lots import lots_proven, needs_of_lots
from ledger.certificates.queries.public import certificate_shown, papers_shown
from ledger.certificates.queries.stored import (
    certificate_by_id,
    certificates_about,
    certificates_page,
    require_seen,
    sees_whole,
    state_of,
    state_on,
)
from ledger.certificates.rules import public_by_default

__all__ = [
    "certificate_by_id",
    "certificate_shown",
    "certificates_about",
    "certificates_page",
    "files_after",
    "lots_proven",
    "needs_of_lots",
    "papers_running_out",
    "papers_shown",
    "public_by_default",
    "require_seen",
    "sees_whole",
    "state_of",
    "state_on",
]
