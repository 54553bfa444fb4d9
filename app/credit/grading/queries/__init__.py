"""The reads of food grading."""

from app.credit.grading.queries.forms import confirmed_for, form_of, forms_of
from app.credit.grading.queries.grades import (
    all_listed,
    desk_of,
    grade_of,
    grades_page,
    history_of,
    run_by_id,
)

__all__ = [
    "all_listed",
    "confirmed_for",
    "desk_of",
    "form_of",
    "forms_of",
    "grade_of",
    "grades_page",
    "history_of",
    "run_by_id",
]
