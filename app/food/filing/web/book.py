"""Pages of the book: search it, read an entry with its history, take it away as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import IO, Any

from flask import Response, request, stream_with_context, url_for
from marshmallow import ValidationError

from app.doors import http
from app.doors.web import page
from app.food.filing.queries.books import operator_meant, partner_named
from app.food.filing.schemas import export
from app.food.filing.schemas.wire import BookSearch
from app.food.filing.web.shared import (
    FLAG_TEXTS,
    KIND_TEXTS,
    blueprint,
    moment_words,
    proof_state,
    unit_words,
    words,
)
from ledger.entries.queries import book_lines, book_page, entry_by_reference
from ledger.entries.terms import BookAsked, BookLine, EntryKind, EntryShown, Flag
from ledger.kernel.uow import UnitOfWork

_NARROWING = ("operator", "text", "lot", "partner", "kind", "flag", "since", "until", "after")
CORRECTABLE = frozenset(
    {
        EntryKind.PRODUCTION,
        EntryKind.RECEIPT,
        EntryKind.DISPATCH,
        EntryKind.DISPOSAL,
        EntryKind.TRANSFORMATION,
        EntryKind.AGGREGATION,
        EntryKind.DISAGGREGATION,
    }
)


@page(
    blueprint,
    "/book",
    needs="book.read",
    template="filing/book.html",
    endpoint="book",
    audits="book.look_up",
)
def book(uow: UnitOfWork) -> dict[str, Any]:
    """One's own book: a page of lines, narrowed by what the address says."""
    typed, asked = _asked(uow)
    found = book_page(uow, asked) if asked else None
    kinds, flags = words(KIND_TEXTS), words(FLAG_TEXTS)
    return {
        "typed": typed,
        "lines": found.items if found else (),
        "kinds": kinds,
        "flags": flags,
        "next": found.next if found else "",
        "moment_words": moment_words,
        "unit_words": unit_words,
        "narrowed": any(_given(typed)),
        "exports": {
            name: url_for(f"filing.book_{name}", **_given(typed)) for name in ("xlsx", "csv")
        },
    }


def _given(typed: Mapping[str, str]) -> dict[str, Any]:
    return {name: text for name, text in typed.items() if text and name != "after"}


def _asked(uow: UnitOfWork) -> tuple[dict[str, str], BookAsked | None]:
    """What the address asks for, as typed and as asked; nothing is asked for an unknown partner."""
    typed = {name: request.args.get(name, "").strip() for name in _NARROWING}
    said = BookSearch().load({name: text for name, text in typed.items() if text})
    operator_id = operator_meant(uow, typed["operator"])
    partner = typed["partner"]
    partner_id = partner_named(uow, operator_id, partner) if partner else None
    if partner and partner_id is None:
        return typed, None
    flag = said.pop("flag")
    said.pop("partner")
    return typed, BookAsked(
        operator_id=operator_id,
        partner_id=partner_id,
        flag=Flag[flag.upper()] if flag else None,
        **said,
    )


@page(blueprint, "/book/export.csv", needs="book.read", endpoint="book_csv", audits="book.export")
def as_csv(uow: UnitOfWork) -> Response:
    """All lines asked for as a csv that Excel and GB18030 machines read, sent as it is read."""
    asked = _all(uow)

    def lines() -> Any:
        with http.unit(read_only=True) as own:
            yield from export.csv_lines(
                book_lines(own, asked), words(KIND_TEXTS), words(FLAG_TEXTS)
            )

    return export.attachment(stream_with_context(lines()), "book.csv", export.CSV)


@page(blueprint, "/book/export.xlsx", needs="book.read", endpoint="book_xlsx", audits="book.export")
def as_xlsx(uow: UnitOfWork) -> Response:
    """All lines asked for as an xlsx, written row by row to a file and sent from it."""
    made = export.xlsx_file(book_lines(uow, _all(uow)), words(KIND_TEXTS), words(FLAG_TEXTS))
    response = export.attachment(_sent(made), "book.xlsx")
    response.call_on_close(made.close)
    return response


def _sent(made: IO[bytes]) -> Iterator[bytes]:
    """A file piece by piece, closed when it has been sent."""
    with made:
        while piece := made.read(65_536):
            yield piece


def _all(uow: UnitOfWork) -> BookAsked:
    _, asked = _asked(uow)
    if asked is None:
        raise ValidationError({"partner": ["unknown"]})
    book_page(uow, replace(asked, limit=1))  # who may not read is told so before anything is sent
    return asked


@page(
    blueprint,
    "/entries/<reference>",
    needs="book.read",
    template="filing/entry.html",
    endpoint="entry",
    audits="entry.look_up",
)
def entry(uow: UnitOfWork, reference: str) -> dict[str, Any]:
    """An entry: its lines, what was said beside them, what it corrects and what corrected it."""
    shown = entry_by_reference(uow, reference)
    return {
        "shown": shown,
        "line": shown.lines[0],
        "kinds": words(KIND_TEXTS),
        "flags": words(FLAG_TEXTS),
        "moment_words": moment_words,
        "unit_words": unit_words,
        "said": _said(shown),
        "may_correct": may_correct(uow, shown.lines[0]),
        "state": proof_state(uow, shown.reference),
    }


def may_correct(uow: UnitOfWork, line: BookLine) -> bool:
    """Whether this page may offer a correction: one's own entry, in force, of a plain kind."""
    return (
        uow.actor.may("entry.file")
        and uow.actor.may_act_for(line.operator_id)
        and not line.corrected_by
        and line.kind in CORRECTABLE
    )


_SAID = ("certificate_kind", "origin", "storage", "reason", "note", "override_reason", "document")


def _said(shown: EntryShown) -> list[tuple[str, str]]:
    return [(name, str(shown.said[name])) for name in _SAID if shown.said.get(name)]
