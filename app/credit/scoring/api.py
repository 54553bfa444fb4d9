"""The API door of scoring: the rules of public schemes are everybody's to read."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from app.credit.scoring import queries
from app.credit.scoring.schemas import SchemeJson, SchemesJson, head_json, scheme_json
from app.doors.api import endpoint
from ledger.kernel.uow import UnitOfWork

blueprint = Blueprint(
    "scoring-api",
    __name__,
    url_prefix="/api/v1/schemes",
    description="The schemes by which subjects are rated: every line with its clause",
)


@endpoint(blueprint, "", needs="code.read", answers=SchemesJson, limit="public")
def schemes(uow: UnitOfWork) -> dict[str, Any]:
    """List the schemes in force today."""
    return {"items": [head_json(view) for view in queries.schemes(uow, on=uow.today)]}


@endpoint(blueprint, "/<code>", needs="code.read", answers=SchemeJson, limit="public")
def scheme(uow: UnitOfWork, code: str) -> dict[str, Any]:
    """Get the version of a scheme that is in force today, with every line and its whole file."""
    return scheme_json(queries.scheme_shown(uow, code))
