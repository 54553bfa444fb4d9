"""The reads of signs: one by its number, many, what is due, what is public."""

from __future__ import annotations

from app.credit.signage.queries.signs import (
    changed_last,
    hanging_of,
    history_of,
    public_signs,
    reply_about,
    sign_by_number,
    sign_of,
    signs_of_subject,
    signs_page,
    subject_of_sign,
)

__all__ = [
    "changed_last",
    "hanging_of",
    "history_of",
    "public_signs",
    "reply_about",
    "sign_by_number",
    "sign_of",
    "signs_of_subject",
    "signs_page",
    "subject_of_sign",
]
