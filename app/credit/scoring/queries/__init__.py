"""The reads of scoring: schemes, runs, scores; who may not know a class is never given one."""

from __future__ import annotations

from app.credit.scoring.queries.objects import objects_by_number, objects_of_subject
from app.credit.scoring.queries.reasons import lapses_of, links_of, ways_of
from app.credit.scoring.queries.runs import (
    columns_of,
    distribution,
    latest_run,
    moves_between,
    run_by_id,
    runs_of,
    runs_on,
    what_if,
)
from app.credit.scoring.queries.schemes import (
    scheme_by_id,
    scheme_by_version,
    scheme_in_force,
    scheme_shown,
    schemes,
)
from app.credit.scoring.queries.scores import (
    history_of,
    score_of,
    scores_of_subject,
    scores_page,
)

__all__ = [
    "columns_of",
    "distribution",
    "history_of",
    "lapses_of",
    "latest_run",
    "links_of",
    "moves_between",
    "objects_by_number",
    "objects_of_subject",
    "run_by_id",
    "runs_of",
    "runs_on",
    "scheme_by_id",
    "scheme_by_version",
    "scheme_in_force",
    "scheme_shown",
    "schemes",
    "score_of",
    "scores_of_subject",
    "scores_page",
    "ways_of",
    "what_if",
]
