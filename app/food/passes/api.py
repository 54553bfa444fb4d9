"""The API door of passes: issue, read, answer."""

from __future__ import annotations

from typing import Any

from app.doors import http
from app.doors.api import endpoint
from app.doors.exact import ExactBlueprint
from app.food.filing.queries.books import operator_meant
from app.food.passes import queries, schemas, services
from app.food.passes.rules import LETTER
from app.food.passes.terms import AnswerPass, IssuePass, PassesAsked
from ledger.kernel.ids import parse_sealed_reference, sealed_reference
from ledger.kernel.uow import UnitOfWork

blueprint = ExactBlueprint(
    "passes-api", __name__, url_prefix="/api/v1", description="One-ticket passes"
)


def _key() -> str:
    return http.room().settings.secret_key


@endpoint(
    blueprint,
    "/passes",
    method="POST",
    loads=schemas.IssueBody,
    needs="entry.file",
    answers=schemas.IssuedAnswer,
    status=201,
    example={"references": ["E0000000000000000000000"]},
)
def issue(uow: UnitOfWork, body: dict[str, Any]) -> dict[str, str]:
    """Make the pass of a delivery that was dispatched."""
    command = IssuePass(
        operator_id=operator_meant(uow, body["operator"]), references=body["references"]
    )
    made = services.issue_pass(uow, command, _key())
    return {"number": sealed_reference(LETTER, made, _key())}


@endpoint(
    blueprint,
    "/passes",
    loads=schemas.PassesQuery,
    location="query",
    needs="book.read",
    answers=schemas.PassesAnswer,
    audits="pass.look_up",
)
def passes(uow: UnitOfWork, query: dict[str, Any]) -> dict[str, Any]:
    """List the passes sent to an operator, or those it has issued, newest first."""
    operator_id = operator_meant(uow, query.pop("operator"))
    found = queries.passes_page(uow, PassesAsked(operator_id=operator_id, **query))
    return {
        "items": [
            schemas.pass_answer(one, sealed_reference(LETTER, one.id, _key())) for one in found
        ],
        "next": found[-1].id if len(found) == query["limit"] else None,
    }


@endpoint(
    blueprint,
    "/passes/<number>",
    needs="book.read",
    answers=schemas.PassAnswer,
    audits="pass.look_up",
)
def show(uow: UnitOfWork, number: str) -> dict[str, Any]:
    """Read a pass by what its QR carries."""
    found = queries.pass_by_id(uow, parse_sealed_reference(LETTER, number, _key()))
    return schemas.pass_answer(found, number.strip().upper())


@endpoint(
    blueprint,
    "/passes/<number>/answer",
    method="POST",
    loads=schemas.AnswerBody,
    needs="entry.file",
    answers=schemas.AnsweredAnswer,
    example={"answer": "taken", "quantities": {}, "reason": ""},
)
def answer(uow: UnitOfWork, body: dict[str, Any], number: str) -> dict[str, str]:
    """Answer a pass: what came becomes the buyer's receipt."""
    command = AnswerPass(
        pass_id=parse_sealed_reference(LETTER, number, _key()),
        quantities=body["quantities"],
        is_refused=body["answer"] == "refused",
        reason=body["reason"],
    )
    return {"state": services.answer_pass(uow, command, _key()).value}
