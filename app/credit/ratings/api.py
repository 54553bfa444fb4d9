"""The API door of ratings: schemes, lists and single ratings for everybody; runs for officers."""

from __future__ import annotations

from typing import Any

from app.credit.ratings import queries, schemas, services
from app.credit.ratings.terms import RatingsAsked, RunRatings
from app.doors.api import endpoint
from app.doors.exact import ExactBlueprint
from ledger.kernel.uow import UnitOfWork

blueprint = ExactBlueprint("ratings-api", __name__, url_prefix="/api/v1", description="Ratings")


@endpoint(blueprint, "/ratings", needs="code.read", answers=schemas.SchemesAnswer, limit="public")
def list_schemes(uow: UnitOfWork) -> dict[str, Any]:
    """List the public rating schemes in force."""
    found = queries.rating_schemes(uow, uow.today)
    return {"items": [schemas.scheme_body(view) for view in found]}


@endpoint(
    blueprint,
    "/ratings/<scheme>",
    needs="code.read",
    loads=schemas.RatingsQuery,
    location="query",
    answers=schemas.RatingsAnswer,
    limit="public",
)
def list_ratings(uow: UnitOfWork, query: dict[str, Any], scheme: str) -> dict[str, Any]:
    """List the newest ratings of a scheme, of one kind of objects at a time."""
    known = queries.rating_scheme(uow, scheme).scheme
    found, following = queries.ratings_page(uow, known, RatingsAsked(scheme=scheme, **query))
    return {"items": [schemas.rating_body(one) for one in found], "next": following}


@endpoint(
    blueprint,
    "/ratings/<scheme>/<number>",
    needs="code.read",
    answers=schemas.RatingAnswer,
    limit="public",
)
def show(uow: UnitOfWork, scheme: str, number: str) -> dict[str, Any]:
    """Read one rating with every line of its points."""
    known = queries.rating_scheme(uow, scheme).scheme
    score = queries.score_by_number(uow, known, number)
    return schemas.explained_body(queries.rated(uow, known, [score.head])[0], score)


@endpoint(
    blueprint,
    "/ratings/<scheme>/runs",
    method="POST",
    needs="score.run",
    loads=schemas.RunBody,
    answers=schemas.RunAnswer,
    status=201,
    example={"as_of": "2026-08-01", "note": "monthly"},
)
def run(uow: UnitOfWork, body: dict[str, Any], scheme: str) -> dict[str, Any]:
    """Rate everything of a scheme as of a day."""
    made = services.run_ratings(uow, RunRatings(scheme=scheme, **body))
    return {"run": made.id, "objects": made.objects, "as_of": made.as_of}
