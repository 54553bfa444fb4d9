"""Texts no PostgreSQL can hold: the NUL character and halves of surrogate pairs, refused once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from flask import Request

from app.doors.errors import TextUnusable

# JSON may spell both as escapes; a body without these bytes needs no closer look
_SUSPECT = re.compile(rb"\\u(0000|[dD][89a-fA-F])")
_UNUSABLE = re.compile("[\0\ud800-\udfff]")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def refuse_unusable(request: Request) -> None:
    """Raise TextUnusable when path, query, form or JSON body hold what the store cannot.

    The query and forms are decoded by werkzeug, which replaces broken UTF-8 but keeps NUL.
    """
    _refuse("path", [request.path])
    for name, values in request.args.lists():
        _refuse(name, [name, *values])
    if request.mimetype in _FORMS:
        for name, values in request.form.lists():
            _refuse(name, [name, *values])
        for name, sheet in request.files.items(multi=True):
            _refuse(name, [name, sheet.filename or ""])
    elif request.is_json and _SUSPECT.search(request.get_data()):
        refuse_json(request.get_data())


def _refuse(field: str, texts: Iterable[str]) -> None:
    if any(_UNUSABLE.search(text) for text in texts):
        raise TextUnusable(field=_UNUSABLE.sub("\ufffd", field))


def refuse_json(body: bytes) -> None:
    """Raise TextUnusable when a JSON document holds what the store cannot; not JSON passes."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return  # not JSON at all: the reader of the body says so
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str):
            _refuse(path, [value])
        elif isinstance(value, dict):
            _refuse(path, value)
            waiting += [(f"{path}.{key}".lstrip("."), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{path}.{at}".lstrip("."), inner) for at, inner in enumerate(value)]
