"""The reads of ratings: schemes, what they rate, one rating and its history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from app.credit.ratings import errors
from app.credit.ratings.rules import due_day, masked, points_shown
from app.credit.ratings.terms import SOURCE, Rated, RatingsAsked
from app.credit.scoring import queries as scoring
from app.credit.scoring.errors import UnknownScore
from app.credit.scoring.terms import (
    FACT_SOURCES,
    Fact,
    Objects,
    Run,
    Said,
    Scheme,
    SchemeState,
    SchemeView,
    Score,
    ScoreHead,
    ScoresAsked,
)
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subjects_by_ids

PAGE_MAX = 500  # what scoring gives at once
_PLACE = Said("地址", "address")


def rating_schemes(uow: UnitOfWork, on: date) -> tuple[SchemeView, ...]:
    """The public schemes in force on a day whose objects are registered in records."""
    return tuple(
        view
        for view in scoring.schemes(uow, on=on)
        if view.state is SchemeState.IN_FORCE
        and view.scheme.public
        and all(kind.source == SOURCE for kind in view.scheme.kinds)
    )


def rating_scheme(uow: UnitOfWork, code: str) -> SchemeView:
    """One of them. Refuses: UnknownScheme."""
    found = next((v for v in rating_schemes(uow, uow.today) if v.scheme.code == code), None)
    if found is None:
        raise errors.UnknownScheme(scheme=code[:40])
    return found


def schemes_due(uow: UnitOfWork) -> list[str]:
    """The schemes that have not been run for this month."""
    day = due_day(uow.today)
    return [
        view.scheme.code
        for view in rating_schemes(uow, uow.today)
        if (run := scoring.latest_run(uow, view.scheme.code)) is None or run.as_of < day
    ]


def ratings_page(
    uow: UnitOfWork, scheme: Scheme, asked: RatingsAsked
) -> tuple[tuple[Rated, ...], int | None]:
    """Ratings of a scheme's newest run in the order of their objects, and what comes next."""
    wanted = ScoresAsked(
        code=scheme.code,
        kind=asked.kind or scheme.object,
        class_code=asked.class_code,
        after=asked.after,
        limit=min(asked.limit, PAGE_MAX),
    )
    try:
        found = scoring.scores_page(uow, wanted)
    except UnknownScore:  # it has not run yet
        return (), None
    return rated(uow, scheme, found.items), found.next


def rated(uow: UnitOfWork, scheme: Scheme, heads: Sequence[ScoreHead]) -> tuple[Rated, ...]:
    """Scores as they are shown: with the subject, the place, and persons' names masked."""
    subjects = subjects_by_ids(uow, {head.subject_id for head in heads}, papers=False)
    places = _places(uow, scheme, heads)
    made = []
    for head in heads:
        kind = scheme.kind(head.kind)
        subject = subjects.get(head.subject_id)
        is_person = bool(kind.keys.get("person", False))
        made.append(
            Rated(
                scheme=scheme.code,
                version=scheme.version,
                kind=head.kind,
                kind_title=(kind.title.zh, kind.title.en),
                object_id=head.object_id,
                subject_id=head.subject_id,
                uscc=subject.uscc if subject else "",
                subject_name=subject.name if subject else "",
                number=head.number,
                name=masked(head.name) if is_person else head.name,
                full_name=head.name,
                is_person=is_person,
                place=places.get((head.kind, head.object_id), ""),
                class_code=head.adjusted_class,
                points=points_shown(head.points, scheme.decimals),
                run_id=head.run_id,
                rated_on=head.as_of,
            )
        )
    return tuple(made)


def _places(
    uow: UnitOfWork, scheme: Scheme, heads: Iterable[ScoreHead]
) -> Mapping[tuple[str, int], str]:
    """Where objects are, as their newest registration says; only of kinds that say so."""
    found: dict[tuple[str, int], str] = {}
    by_kind: dict[str, list[ScoreHead]] = {}
    for head in heads:
        by_kind.setdefault(head.kind, []).append(head)
    for name, some in by_kind.items():
        keys = scheme.kind(name).keys
        if keys.get("place"):
            column = _column(uow, keys, name, some)
            for at in range(len(column.objects)):  # the newest stands last
                words = column.words or ()
                found[name, int(column.objects[at])] = words[int(column.values[at])]
    return found


def _column(uow: UnitOfWork, keys: Mapping[str, Any], kind: str, heads: Sequence[ScoreHead]) -> Any:
    said = {"item": keys["item"], "value": keys["place"], "object_field": keys["number"]}
    fact = Fact(name="place", title=_PLACE, source=SOURCE, keys=said, line=0)
    heads = sorted(heads, key=lambda head: head.object_id)
    ids = np.array([head.object_id for head in heads], np.int64)
    objects = Objects(
        kind=kind,
        ids=ids,
        subjects=np.array([head.subject_id for head in heads], np.int64),
        parents=np.zeros_like(ids),
        numbers=tuple(head.number for head in heads),
    )
    return FACT_SOURCES[SOURCE].gather(uow, [fact], objects, uow.today)[0]


def score_by_number(uow: UnitOfWork, scheme: Scheme, number: str, kind: str = "") -> Score:
    """The newest score of what has a number, of the first kind that has it.

    Refuses: UnknownRating.
    """
    kinds = {one.name for one in scheme.kinds if kind in ("", one.name)}
    for found in scoring.objects_by_number(uow, scheme.trade, number[:100]):
        score = _score(uow, scheme, found.kind, found.object_id) if found.kind in kinds else None
        if score is not None:
            return score
    raise errors.UnknownRating(number=number[:40])


def _score(uow: UnitOfWork, scheme: Scheme, kind: str, object_id: int) -> Score | None:
    try:
        return scoring.score_of(uow, scheme.code, object_id, kind)
    except UnknownScore:
        return None


def rated_of_subject(uow: UnitOfWork, code: str, subject_id: int) -> tuple[Rated, ...]:
    """What of a subject is rated by a scheme, with its newest ratings. Refuses: UnknownScheme."""
    scheme = rating_scheme(uow, code).scheme
    heads = [
        head
        for kind in scheme.kinds
        for head in scoring.scores_of_subject(uow, code, subject_id, kind.name)
    ]
    return rated(uow, scheme, heads)


def rated_object(uow: UnitOfWork, code: str, kind: str, object_id: int) -> Rated | None:
    """One rated object by its number for life; None where the scheme rates it no more."""
    try:
        scheme = rating_scheme(uow, code).scheme
    except errors.UnknownScheme:
        return None
    score = _score(uow, scheme, kind, object_id)
    return rated(uow, scheme, [score.head])[0] if score else None


def past_of(uow: UnitOfWork, head: ScoreHead) -> Sequence[ScoreHead]:
    """The ratings of an object, the newest first."""
    return scoring.history_of(uow, head.scheme_code, head.object_id, head.kind)


def newest_run(uow: UnitOfWork, scheme: Scheme) -> Run | None:
    """The run whose ratings are shown."""
    return scoring.latest_run(uow, scheme.code)


def run_day(uow: UnitOfWork, score: Score) -> date:
    """The day a rating was made, which is when objections begin to count."""
    return scoring.run_by_id(uow, score.head.run_id).at.date()
