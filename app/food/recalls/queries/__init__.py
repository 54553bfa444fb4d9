"""The reads of recalls: the case, its history and clocks, its holders, its effectiveness."""

from app.food.recalls.queries.cases import (
    clocks_of,
    events_of,
    lots_in,
    open_ids,
    recall,
    recall_known,
    recall_of,
    recalls,
    recalls_of_lots,
)
from app.food.recalls.queries.effects import effectiveness_of
from app.food.recalls.queries.holders import (
    Seen,
    answer_of,
    answers_of,
    expected_of,
    holders_of,
    notice_of,
    picture_of,
    tally_of,
    tiers_of,
)

__all__ = [
    "Seen",
    "answer_of",
    "answers_of",
    "clocks_of",
    "effectiveness_of",
    "events_of",
    "expected_of",
    "holders_of",
    "lots_in",
    "notice_of",
    "open_ids",
    "picture_of",
    "recall",
    "recall_known",
    "recall_of",
    "recalls",
    "recalls_of_lots",
    "tally_of",
    "tiers_of",
]
