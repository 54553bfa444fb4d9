"""What a scanned text may mean, who may open whom, and what a visit must say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from app.credit.inspections import errors
from app.credit.inspections.terms import (
    ALONE,
    CLOSED_RESULT,
    RESULT_TEXTS,
    Branch,
    NoteVisit,
    SiteState,
    Sought,
)
from ledger.kernel.identifiers.spelling import fold
from ledger.kernel.identifiers.uscc import is_valid as is_uscc
from ledger.subjects.terms import SubjectStatus

TEXT_MAX = 1000
NAME_MAX = 60
LATE_DAYS = 30  # a visit is noted on the spot, or from notes within the month
EARLY = timedelta(minutes=10)  # a telephone's clock may be ahead of ours
_USCC = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Z])")
_LICENCE = re.compile(r"(?<![0-9A-Z])(?:SC|JY|YB|QS)\d{12,14}(?!\d)")


def sought(text: str) -> Sought:
    """The numbers in a text as scanned or typed, whatever stands around them; else its words.

    The codes on licences hold an address or several lines with the number somewhere in them.
    """
    folded = fold(text).upper()
    usccs = tuple(dict.fromkeys(each for each in _USCC.findall(folded) if is_uscc(each)))
    licences = tuple(dict.fromkeys(_LICENCE.findall(folded)))
    words = "" if usccs or licences else " ".join(text.split())[:NAME_MAX]
    return Sought(usccs=usccs, licences=licences, words=words)


def stem_of(division: str) -> str:
    """What begins every division below one: a city's code 350200 gives 3502."""
    stem = division
    while len(stem) > 2 and stem.endswith("00") and len(stem) % 2 == 0:
        stem = stem[:-2]
    return stem


def is_branchs(branch: Branch | None, divisions: Iterable[str]) -> bool:
    """Whether a branch may open a subject of these divisions (its own and its premises').

    City-level accounts open all. Who is registered with the city itself, or has no division on
    file, is nobody else's.
    """
    if branch is None or not branch.stem:
        return True
    known = [division for division in divisions if division]
    if not known:
        return True
    own = stem_of(known[0])
    return branch.stem.startswith(own) or any(code.startswith(branch.stem) for code in known)


def check_visit(command: NoteVisit, now: datetime) -> None:
    """Refuses: TimesReversed, TimeNotNow, ResultMissing, ResultsContradict, TextTooLong."""
    came = command.came_at or now
    if command.left_at is not None and command.left_at < came:
        raise errors.TimesReversed(field="left_at")
    latest = max(came, command.left_at or came)
    if latest > now + EARLY or came < now - timedelta(days=LATE_DAYS):
        raise errors.TimeNotNow(days=LATE_DAYS, field="came_at")
    if not command.results or not set(command.results) <= RESULT_TEXTS.keys():
        raise errors.ResultMissing(field="results")
    if ALONE in command.results and len(set(command.results)) > 1:
        raise errors.ResultsContradict(field="results")
    for name in ("said", "next_step"):
        if len(getattr(command, name)) > TEXT_MAX:
            raise errors.TextTooLong(limit=TEXT_MAX, field=name)


def new_status(command: NoteVisit, status: SubjectStatus) -> SubjectStatus | None:
    """The state a visit gives its subject; None where it changes nothing.

    Refuses: NotAnyMore, StateAlready, ClosedResultMissing, PhotoMissing.
    """
    if command.state is SiteState.NONE:
        return None
    if status is SubjectStatus.REVOKED:
        raise errors.NotAnyMore(field="state")
    wanted = SubjectStatus.CLOSED if command.state is SiteState.CLOSED else SubjectStatus.ACTIVE
    if wanted is status:
        raise errors.StateAlready(field="state")
    if wanted is SubjectStatus.CLOSED and CLOSED_RESULT not in command.results:
        raise errors.ClosedResultMissing(field="results")
    if not command.photos:
        raise errors.PhotoMissing(field="photo_1")
    return wanted
