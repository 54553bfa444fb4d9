"""The open files: all signs and grades that are public, as CSV and JSON, for anybody's use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import Any

from flask import Response, make_response, request, stream_with_context
from werkzeug.http import is_resource_modified

from app.credit.signage import queries
from app.credit.signage.queries.boards import boards
from app.credit.signage.schemas import open_data
from app.credit.signage.terms import Board, Sign
from app.credit.signage.web.shared import blueprint
from app.doors import http
from app.doors.web import page
from ledger.kernel.uow import UnitOfWork

_AT_ONCE = 2_000
_HOUR = 3_600


@page(blueprint, "/open", needs="code.read", template="signage/open.html", limit="public")
def open_files(uow: UnitOfWork) -> dict[str, Any]:
    """What there is, what it may be used for, what the columns are."""
    last, count = queries.changed_last(uow)
    return {
        "last": last,
        "count": count,
        "heads": open_data.HEADS,
        "licence": open_data.LICENCE,
        "licence_address": open_data.LICENCE_ADDRESS,
        "boards": boards(uow),
    }


def _pages(schemes: list[str]) -> Iterator[tuple[Sign, ...]]:
    """All signs, a page in a unit of its own: a slow reader holds no transaction open."""
    after = ("", "")
    while True:
        with http.unit(read_only=True) as uow:
            found = queries.public_signs(uow, schemes, after, _AT_ONCE)
        if found:
            yield found
        if len(found) < _AT_ONCE:
            return
        after = (found[-1].held.scheme, found[-1].number)


_Writer = Callable[[Any, Any, datetime, str], Iterator[str]]


def _sent(uow: UnitOfWork, writer: _Writer, name: str, media_type: str) -> Response:
    last, count = queries.changed_last(uow)
    known = {one.scheme: one for one in boards(uow)}
    mark = f"{uow.today.isoformat()}-{count}-{last.timestamp() if last else 0}-{len(known)}"
    if not is_resource_modified(request.environ, etag=mark):
        response = make_response("", 304)
    else:
        lines = writer(
            _pages(sorted(known)), _board_by(known), uow.now, http.room().settings.origin
        )
        response = Response(stream_with_context(lines), content_type=media_type)
        said = f'attachment; filename="{name}"'
        response.headers["Content-Disposition"] = said
        response.headers["Link"] = f'<{open_data.LICENCE_ADDRESS}>; rel="license"'
    response.set_etag(mark)
    response.last_modified = last
    response.headers["Cache-Control"] = f"public, max-age={_HOUR}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _board_by(known: dict[str, Board]) -> Callable[[str], Board]:
    return cache(known.__getitem__)


@page(blueprint, "/open/signs.csv", needs="code.read", limit="public", endpoint="signs_csv")
def as_csv(uow: UnitOfWork) -> Response:
    """All public signs as CSV."""
    name = f"signs-{uow.today.isoformat()}.csv"
    return _sent(uow, open_data.csv_of, name, open_data.CSV)


@page(blueprint, "/open/signs.json", needs="code.read", limit="public", endpoint="signs_json")
def as_json(uow: UnitOfWork) -> Response:
    """All public signs as JSON."""
    name = f"signs-{uow.today.isoformat()}.json"
    return _sent(uow, open_data.json_of, name, open_data.JSON)
