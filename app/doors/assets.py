"""What every template is given: addresses of built files, and dates and numbers in words."""

from __future__ import annotations

import json
import logging
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from flask import current_app, request, url_for
from markupsafe import Markup, escape

from app.doors import formats, i18n

if TYPE_CHECKING:
    from flask import Flask, Response

DIST = "dist"
YEAR_S = 31_536_000  # a name that carries the hash of its content never changes
_log = logging.getLogger(__name__)


@lru_cache(maxsize=4)
def _manifest(path: Path, changed_ns: int) -> dict[str, str]:
    """Return built file by plain name; read again only when the file has changed."""
    files: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["files"]
    _log.debug("front end manifest of %s read", changed_ns)
    return files


@lru_cache(maxsize=1)
def _warn_unbuilt(path: Path) -> None:
    """Say once that pages have no styles because nothing was built."""
    _log.warning("no %s: run scripts/build_frontend", path)


def asset(name: str) -> str:
    """Return the address of a built file by its plain name: `asset("main.css")`.

    A name that is not in the manifest is a file of app/static itself, such as `icon.svg`.
    """
    path = Path(current_app.static_folder or "") / DIST / "manifest.json"
    try:
        built = _manifest(path, path.stat().st_mtime_ns).get(name)
    except FileNotFoundError:
        _warn_unbuilt(path)
        built = None
    return url_for("static", filename=f"{DIST}/{built}" if built else name)


def built_at() -> int:
    """When the front end was built, in nanoseconds; 0 where it was not."""
    try:
        return (Path(current_app.static_folder or "") / DIST / "manifest.json").stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def page_language() -> formats.Language:
    """Return the language of this page: `zh` unless the reader asked for English."""
    return "en" if i18n.language() == "en" else "zh"


def page_url(**changes: object) -> str:
    """Return this page's address with some query parameters changed; None takes one away."""
    parameters: dict[str, object] = dict(request.args.items(multi=False))
    parameters.update(changes)
    kept = {name: value for name, value in parameters.items() if value is not None}
    return quote(request.script_root + request.path) + ("?" + urlencode(kept) if kept else "")


def when_text(value: formats.When, style: formats.Style = "minute") -> str:
    """Return a moment in the words of this page's language."""
    return formats.when_text(value, language=page_language(), style=style)


def when_iso(value: formats.When) -> str:
    """Return a moment as the `datetime` attribute of a `time` wants it; empty if unknown."""
    moment = formats.moment_of(value)
    return moment if isinstance(moment, str) else moment.isoformat()


def grouped(code: str, kind: str) -> Markup:
    """Return a code as spans, so that it is read in groups and copied bare."""
    parts = formats.groups_of(str(code), "uscc" if kind == "uscc" else "gtin")
    return Markup("").join(Markup("<span>%s</span>") % escape(part) for part in parts)


def division_text(code: str) -> str:
    """Return a division by its name in this page's language."""
    return formats.division_text(code, page_language())


def category_text(code: str) -> str:
    """Return a kind of food by its name in this page's language."""
    return formats.category_text(code, page_language())


def keep_built_files(response: Response) -> Response:
    """Let browsers keep files whose name carries their hash for a year."""
    if request.endpoint == "static" and (request.view_args or {}).get("filename", "").startswith(
        f"{DIST}/"
    ):
        response.headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable"
    return response


def install(app: Flask) -> None:
    """Give templates their globals and filters, and built files their long life."""
    app.jinja_env.globals.update(
        asset=asset,
        page_language=page_language,
        page_url=page_url,
        when_text=when_text,
        when_iso=when_iso,
        grouped=grouped,
        percents=formats.percents,
        place=formats.place_text,
        share=formats.share_text,
    )
    app.jinja_env.filters.update(
        number=formats.number_text,
        division=division_text,
        category=category_text,
        dates=formats.dates_kept,
    )
    app.after_request(keep_built_files)
