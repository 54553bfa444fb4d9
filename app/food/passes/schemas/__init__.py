"""Wire formats of passes: forms, API bodies, documents, paper."""

from app.food.passes.schemas.paper import paper_of
from app.food.passes.schemas.typed import (
    UNITS,
    BalanceQuery,
    DispatchForm,
    PeriodQuery,
    RemindForm,
    dispatch_of,
    form_field,
)
from app.food.passes.schemas.wire import (
    AMOUNT,
    AnswerBody,
    AnsweredAnswer,
    AnswerForm,
    IssueBody,
    IssuedAnswer,
    IssueForm,
    PassAnswer,
    PassesAnswer,
    PassesQuery,
    pass_answer,
)

__all__ = [
    "AMOUNT",
    "UNITS",
    "AnswerBody",
    "AnswerForm",
    "AnsweredAnswer",
    "BalanceQuery",
    "DispatchForm",
    "IssueBody",
    "IssueForm",
    "IssuedAnswer",
    "PassAnswer",
    "PassesAnswer",
    "PassesQuery",
    "PeriodQuery",
    "RemindForm",
    "dispatch_of",
    "form_field",
    "paper_of",
    "pass_answer",
]
