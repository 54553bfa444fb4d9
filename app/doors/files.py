"""Answering with a file that somebody sent: it is shown or saved, and never does anything."""

from __future__ import annotations

from typing import BinaryIO
from urllib.parse import quote

from flask import Response, request
from werkzeug.wsgi import wrap_file

_POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"
_DAY = 86_400


def answer(
    stream: BinaryIO,
    media_type: str,
    name: str,
    *,
    size: int | None = None,
    inline: bool = False,
    public: bool = False,
) -> Response:
    """A file as it was sent, saved by the browser under ``name`` unless ``inline``.

    Its policy lets nothing in it run or fetch. ``public`` files may be kept by caches for a day:
    what a hash names never changes.
    """
    response = Response(
        wrap_file(request.environ, stream), content_type=media_type, direct_passthrough=True
    )
    way = "inline" if inline else "attachment"
    response.headers["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if size is not None:
        response.content_length = size
    if public:
        response.headers["Cache-Control"] = f"public, max-age={_DAY}, immutable"
    response.call_on_close(stream.close)
    return response
