"""Why a score is what it is, and what would change it: for pages of any slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.credit.scoring.rules.ways import ways_to
from app.credit.scoring.terms import FACT_SOURCES, Line, Score, Way, days_of


def ways_of(score: Score, target: str = "") -> tuple[Way, ...]:
    """The smallest changes that bring an object to a class, the next better one by default."""
    return ways_to(score.outcome.scheme, score.case, days_of(score.head.as_of), target)


def links_of(score: Score) -> Mapping[tuple[str, int], str]:
    """Where the evidence of each row can be read, by (fact, evidence); for officials."""
    scheme, subject = score.outcome.scheme, score.head.subject_id
    found = {}
    for name, rows in score.case.facts.items():
        fact = scheme.facts.get(name)
        source = FACT_SOURCES.get(fact.source) if fact else None
        if source is None or source.link is None:
            continue
        for row in rows:
            if row.evidence and (link := source.link(row.evidence, subject)):
                found[name, row.evidence] = link
    return found


def lapses_of(score: Score) -> Sequence[tuple[int, Line]]:
    """The lines that change by themselves, with the day (since 1970) on which each does."""
    dated = [(line.until, line) for line in score.outcome.lines if line.until and line.points]
    return sorted(dated, key=lambda one: one[0])
