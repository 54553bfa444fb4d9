"""The verbs of food grading: grade the city or some operators, fill and review the yearly form."""

from app.credit.grading.services.city import grade_city, note_conduct
from app.credit.grading.services.forms import draft_form, fill_form, review_form
from app.credit.grading.services.profiles import file_profile

__all__ = [
    "draft_form",
    "file_profile",
    "fill_form",
    "grade_city",
    "note_conduct",
    "review_form",
]
