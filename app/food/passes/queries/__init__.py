"""The reads of passes, of the book seen from both sides, and of quantities that do not add up."""

from app.food.passes.queries.balance import findings, lot_steps
from app.food.passes.queries.passes import may_see, pass_by_id, passes_of, passes_page
from app.food.passes.queries.sides import delivered, partner_figures, unticketed

__all__ = [
    "delivered",
    "findings",
    "lot_steps",
    "may_see",
    "partner_figures",
    "pass_by_id",
    "passes_of",
    "passes_page",
    "unticketed",
]
