"""The reads behind the trace's doors: questions answered, codes read, what the public sees."""

from app.food.trace.queries.asking import answered, code_read, codes_in_picture, ticket_in
from app.food.trace.queries.holding import dealers, lots_held
from app.food.trace.queries.public import public_view

__all__ = [
    "answered",
    "code_read",
    "codes_in_picture",
    "dealers",
    "lots_held",
    "public_view",
    "ticket_in",
]
