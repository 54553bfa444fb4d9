"""The JSON of recalls: bodies become commands, views become documents."""

from app.food.recalls.schemas.asked import (
    AnswerJson,
    HoldersQuery,
    OpenRecallJson,
    ProofForm,
    RecallsQuery,
    StepJson,
)
from app.food.recalls.schemas.documents import (
    answer_document,
    effect_document,
    event_document,
    figures_document,
    lot_document,
    notice_document,
    recall_document,
)
from app.food.recalls.schemas.shown import (
    AnswerShownJson,
    AnswersJson,
    EventsJson,
    HoldersJson,
    LinkShownJson,
    LotsJson,
    PictureJson,
    RecallJson,
    RecallsJson,
)

__all__ = [
    "AnswerJson",
    "AnswerShownJson",
    "AnswersJson",
    "EventsJson",
    "HoldersJson",
    "HoldersQuery",
    "LinkShownJson",
    "LotsJson",
    "OpenRecallJson",
    "PictureJson",
    "ProofForm",
    "RecallJson",
    "RecallsJson",
    "RecallsQuery",
    "StepJson",
    "answer_document",
    "effect_document",
    "event_document",
    "figures_document",
    "lot_document",
    "notice_document",
    "recall_document",
]
