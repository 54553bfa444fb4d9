"""Who may read which record on which day: the one place where that is settled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from app.credit.records.rules.publication import Term, has_no_end
from app.credit.records.terms import Audience, Item, PublicLevel, RecordState, Shown

LEVELS: dict[Audience, frozenset[PublicLevel]] = {
    Audience.PUBLIC: frozenset({PublicLevel.OPEN}),
    Audience.AUTHORISED: frozenset({PublicLevel.OPEN, PublicLevel.AUTHORISED}),
    Audience.OWN: frozenset({PublicLevel.OPEN, PublicLevel.AUTHORISED}),
    Audience.GOVERNMENT: frozenset(PublicLevel),
}
_STRANGERS = frozenset({Audience.PUBLIC, Audience.AUTHORISED})
_NOT_CURRENT = frozenset({RecordState.CORRECTED, RecordState.WITHDRAWN})
_SEE_PERSONS = frozenset({Audience.OWN, Audience.GOVERNMENT})
_ID_LENGTHS = (15, 18)
_PHONE_LENGTH = 11


def shown_to(item: Item, term: Term, state: RecordState, audience: Audience, on: date) -> Shown:
    """Whether an audience sees a record on a day, and if not the first reason why.

    A mark of objection hides nothing: a marked record is shown with its mark.
    """
    stranger = audience in _STRANGERS
    over = term.until is not None and on > term.until
    too_old = term.kept is not None and on > term.kept
    reasons = (
        (state in _NOT_CURRENT, Shown.NOT_CURRENT),
        (item.level not in LEVELS[audience], Shown.LEVEL),
        (term.never and audience is Audience.PUBLIC, Shown.WARNING_ONLY),
        (stranger and state is RecordState.REPAIRED, Shown.REPAIRED),
        (stranger and over, Shown.PERIOD_OVER),
        (too_old and audience is not Audience.GOVERNMENT, Shown.TOO_OLD),
    )
    return next((why for holds, why in reasons if holds), Shown.YES)


def counts_without_reading(item: Item, audience: Audience) -> bool | None:
    """Whether all current records of an item are seen (True), none (False), or it depends (None).

    Records of items without an end can be counted by their key alone, because for them
    ``shown_to`` asks for the level and the state only; a test holds the two together.
    """
    if item.level not in LEVELS[audience]:
        return False
    return True if has_no_end(item) else None


def said_to(item: Item, said: Mapping[str, str], audience: Audience) -> dict[str, str]:
    """The fields as an audience reads them: persons are named to the subject and to agencies."""
    if audience in _SEE_PERSONS:
        return dict(said)
    personal = {one.name for one in item.fields if one.personal}
    return {name: masked(text) if name in personal else text for name, text in said.items()}


def masked(text: str) -> str:
    """A person's name, number or telephone with its middle hidden."""
    plain = text.strip()
    if len(plain) in _ID_LENGTHS and plain[:-1].isdigit():
        return f"{plain[:10]}****{plain[14:]}"
    if len(plain) == _PHONE_LENGTH and plain.isdigit():
        return f"{plain[:3]}****{plain[7:]}"
    return plain[:1] + "*" * max(len(plain) - 1, 0)
