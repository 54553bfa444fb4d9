"""Who sees what of a subject, and what an imported row says."""

from __future__ import annotations

import re
from dataclasses import replace

from app.food.subjects import errors
from ledger.kernel.actor import Actor
from ledger.subjects.terms import Subject, SubjectSearch

SEES_ALL = "subject.read"
_MOBILE = re.compile(r"(?<!\d)(1\d{2})\d{4}(\d{4})(?!\d)")
_DIGITS = re.compile(r"\d{5,}")


def sees_persons(actor: Actor, subject_id: int) -> bool:
    """Whether the actor may read names and telephones of people there.

    Registrars, inspectors and the subject's own accounts may; others see them masked.
    """
    return actor.may(SEES_ALL) or actor.may_act_for(subject_id)


def masked_phone(text: str) -> str:
    """Telephone numbers without their middle: ``138****1234``; other digits without their end."""
    hidden = _MOBILE.sub(r"\1****\2", text)
    return _DIGITS.sub(lambda found: found[0][:3] + "*" * (len(found[0]) - 3), hidden)


def masked_name(text: str) -> str:
    """A person's name of which only the first character shows."""
    name = text.strip()
    return name[:1] + "*" * (len(name) - 1)


def shown(subject: Subject, actor: Actor) -> Subject:
    """The subject as the actor may see it: people masked, and an unregistered one's home as well.

    Who is not registered is commonly a natural person, so its address is a home's.
    """
    if sees_persons(actor, subject.id):
        return subject
    return replace(
        subject,
        contact=masked_phone(masked_name(subject.contact)),
        phone=masked_phone(subject.phone),
        address=subject.address if subject.registered else "",
    )


def require_visible(subject: Subject, actor: Actor) -> None:
    """Refuse with NotYours where an unregistered party is not the actor's to see."""
    if not (subject.registered or sees_persons(actor, subject.id)):
        raise errors.NotYours


def searchable(search: SubjectSearch, actor: Actor) -> SubjectSearch:
    """The search within what the actor may find: registered subjects, unless it may read all."""
    return search if actor.may(SEES_ALL) else replace(search, registered=True)
