"""The API door of scanning and tracing."""

from __future__ import annotations

from typing import Any

from flask import Response, g
from flask_smorest import Blueprint

from app.doors import http, seals
from app.doors.api import endpoint
from app.doors.i18n import language
from app.food.trace import queries
from app.food.trace.schemas import answer, holding, json
from app.food.trace.terms import AskTrace
from ledger.kernel.uow import UnitOfWork
from scanner.trace.terms import Limits

blueprint = Blueprint(
    "trace-api",
    __name__,
    url_prefix="/api/v1",
    description="What a code points at, and who had a lot before and after",
)


@endpoint(
    blueprint,
    "/trace",
    loads=json.TraceQuery,
    location="query",
    needs="account.own",
    answers=json.TraceJson,
    audits="trace.look_up",
)
def trace(uow: UnitOfWork, asked: AskTrace) -> Response:
    """Trace a lot, or all lots of a product, up, down or both ways.

    An inspector sees everything; an operator its own entries and one step up and down.
    """
    g.audit_about = " ".join(part for part in (asked.code, asked.lot, asked.case) if part)[:200]
    limits = Limits(rows=http.room().settings.trace_rows_max)
    answered = queries.answered(uow, asked, limits, http.stopwatch_ms, key=seals.key(), sums=True)
    return Response(answer.trace_text(answered, seals.key()), mimetype="application/json")


@endpoint(
    blueprint,
    "/trace/lots-held",
    loads=holding.LotsHeldQuery,
    location="query",
    needs="book.read_all",
    answers=holding.LotsHeldJson,
    audits="trace.lots_held",
)
def lots_held(uow: UnitOfWork, asked: dict[str, Any]) -> dict[str, Any]:
    """List all lots an operator's book speaks of in a period, the last spoken of first."""
    g.audit_about = f"subject:{asked['operator']}"
    period = holding.period_of(asked, uow.today)
    found = queries.lots_held(uow, asked["operator"], period)
    return holding.lots_document(found, seals.key())


@endpoint(
    blueprint,
    "/trace/dealers",
    loads=holding.DealersQuery,
    location="query",
    needs="book.read_all",
    answers=holding.DealersJson,
    audits="trace.dealers",
)
def dealers(uow: UnitOfWork, asked: dict[str, Any]) -> dict[str, Any]:
    """List the operators that dealt in a product in a period, who had most lots of it first."""
    g.audit_about = asked["code"][:200]
    period = holding.period_of(asked, uow.today)
    return holding.dealers_document(queries.dealers(uow, asked["code"], period, key=seals.key()))


@endpoint(
    blueprint,
    "/codes",
    loads=json.CodesQuery,
    location="query",
    needs="code.read",
    answers=json.CodesJson,
    audits="code.look_up",
)
def codes(uow: UnitOfWork, asked: dict[str, str]) -> dict[str, Any]:
    """Say what a scanned or typed text means and what it points at."""
    read = queries.code_read(uow, asked["text"], language(), key=seals.key())
    return {"symbols": [json.code_document(read, language(), seals.key())]}


@endpoint(
    blueprint,
    "/codes/picture",
    method="POST",
    loads=json.PictureForm,
    location="files",
    needs="code.read",
    answers=json.CodesJson,
    writes=False,
    limit="picture",
    audits="code.look_up",
)
def codes_in_picture(uow: UnitOfWork, sent: dict[str, Any]) -> dict[str, Any]:
    """Find every symbol in a photograph; say what each means and what it points at."""
    found = queries.codes_in_picture(uow, sent["picture"].read(), language(), key=seals.key())
    return {"symbols": [json.code_document(read, language(), seals.key()) for read in found]}
