"""Filing one entry by hand, and putting one right."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from app.doors.errors import BookChanged
from app.doors.web import form
from app.food.filing.queries import books
from app.food.filing.schemas.forms import (
    PARTS,
    CorrectionForm,
    EntryForm,
    TransformationForm,
    correction_of,
    line_of,
    transformation_of,
)
from app.food.filing.web.book import may_correct
from app.food.filing.web.receipt import units_offered
from app.food.filing.web.shared import (
    KIND_TEXTS,
    blueprint,
    file_lines,
    moment_words,
    new_key,
    own_operator,
    told,
    unit_words,
    words,
)
from ledger.entries.errors import AlreadyCorrected
from ledger.entries.queries import entry_by_reference
from ledger.entries.terms import BookLine, EntryKind
from ledger.kernel.uow import UnitOfWork

BY_HAND = (EntryKind.RECEIPT, EntryKind.DISPATCH, EntryKind.PRODUCTION, EntryKind.DISPOSAL)


def _kind_asked() -> EntryKind:
    said = request.args.get("kind", "")
    return next((kind for kind in BY_HAND if kind.value == said), EntryKind.RECEIPT)


def _empty(uow: UnitOfWork) -> dict[str, Any]:
    kind = _kind_asked()
    partners: dict[str, int] = {}
    if kind in (EntryKind.RECEIPT, EntryKind.DISPATCH):
        partners = books.recent_partners(uow, own_operator(uow), kind)
    texts = words(KIND_TEXTS)
    return {
        "kind": kind.value,
        "kinds": [(one.value, texts[one.value]) for one in BY_HAND],
        "partners": list(partners)[:50],
        "units": units_offered(),
        "filing_key": new_key(kind.value),
        "values": {"at": uow.today.isoformat(), "unit": "EA"},
        "action": url_for("filing.new_entry", kind=kind.value),
    }


@form(
    blueprint,
    "/entries/new",
    needs="entry.file",
    loads=EntryForm,
    template="filing/new_entry.html",
    context=_empty,
    endpoint="new_entry",
)
def new(uow: UnitOfWork, said: dict[str, str]) -> str:
    """File one entry about one lot."""
    kind = _kind_asked()
    partners = books.recent_partners(uow, own_operator(uow), kind)
    line = line_of(kind, said, partners)
    return told(file_lines(uow, said["filing_key"] or new_key(kind.value), line))


def _empty_transformation(uow: UnitOfWork) -> dict[str, Any]:
    own_operator(uow)
    return {
        "parts": range(PARTS),
        "filing_key": new_key("transformation"),
        "values": {"at": uow.today.isoformat()},
    }


@form(
    blueprint,
    "/entries/new/transformation",
    needs="entry.file",
    loads=TransformationForm,
    template="filing/transformation.html",
    context=_empty_transformation,
    endpoint="new_transformation",
)
def transform(uow: UnitOfWork, said: dict[str, str]) -> str:
    """File a transformation: which lots went in, which came out."""
    line = transformation_of(said)
    return told(file_lines(uow, said["filing_key"] or new_key("transformation"), line))


def _wrong(uow: UnitOfWork, reference: str) -> dict[str, Any]:
    shown = entry_by_reference(uow, reference)
    line = shown.lines[0]
    return {
        "line": line,
        "kinds": words(KIND_TEXTS),
        "filing_key": new_key("correction"),
        "replaceable": line.kind in BY_HAND and len(shown.lines) == 1,
        "units": units_offered(line.unit),
        "when": moment_words(line.at),
        "unit_words": unit_words,
        "values": {
            "quantity": line.quantity,
            "unit": line.unit,
            "at": str(line.at),
            "document": line.document,
            "certificate": shown.certificate,
            "what": "replace",
        },
    }


@form(
    blueprint,
    "/entries/<reference>/correct",
    needs="entry.file",
    loads=CorrectionForm,
    template="filing/correct.html",
    context=_wrong,
    endpoint="correct",
)
def correct(uow: UnitOfWork, said: dict[str, str], reference: str) -> str | Response:
    """Put an entry right: another takes its place, or nothing does; the old one stays visible."""
    line = _correctable(uow, reference)
    filed = file_lines(uow, said["filing_key"] or new_key("correction"), correction_of(said, line))
    return told(filed)


def _correctable(uow: UnitOfWork, reference: str) -> BookLine:
    line = entry_by_reference(uow, reference).lines[0]
    if not may_correct(uow, line) and line.corrected_by:
        raise AlreadyCorrected(reference=line.reference, by=line.corrected_by)
    if own_operator(uow) != line.operator_id:
        uow.actor.require_operator(line.operator_id)
        raise BookChanged
    return line
