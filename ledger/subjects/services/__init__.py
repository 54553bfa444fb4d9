"""The verbs of subjects: register, amend, merge, and recognise the parties a filing names."""

from ledger.subjects.services.amending import amend_subject, merge_subject
from ledger.subjects.services.parties import resolve_parties
from ledger.subjects.services.registering import (
    register_subject,
    register_subjects,
    settle_subjects,
)

__all__ = [
    "amend_subject",
    "merge_subject",
    "register_subject",
    "register_subjects",
    "resolve_parties",
    "settle_subjects",
]
