"""Two languages: Chinese is the source, English comes from one gettext catalogue per slice."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, Response, g, request
from flask_babel import Babel

LANGUAGES = ("zh", "en")
COOKIE = "lang"
_CATALOGUES = Path(__file__).resolve().parent.parent / "locale" / "en"


@cache
def english() -> Translations:
    """All English page texts, joined from ``app/locale/en/*.po`` and compiled in memory."""
    joined = Catalog(locale="en")
    for path in sorted(_CATALOGUES.glob("*.po")):
        with path.open("rb") as lines:
            for message in read_po(lines, locale="en"):
                if message.id:
                    joined[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, joined)
    compiled.seek(0)
    return Translations(compiled)


def language() -> str:
    """The language of this request: ``?lang=``, then the cookie, then Accept-Language, then zh."""
    found: str | None = g.get("language")
    if found is None:
        asked = request.args.get("lang") or request.cookies.get(COOKIE) or ""
        best = request.accept_languages.best_match(["zh", "zh-CN", "en", "en-US", "en-GB"])
        found = g.language = asked if asked in LANGUAGES else (best or "zh")[:2]
    return found


def gettext(message: str, **variables: Any) -> str:
    """The text in the language of the request; the Chinese source where there is no other."""
    text = english().gettext(message) if language() == "en" else message
    return text % variables if variables else text


def ngettext(one: str, many: str, number: int, **variables: Any) -> str:
    """The plural form that fits; Chinese has one."""
    found = english().ngettext(one, many, number) if language() == "en" else one
    return found % {"num": number, **variables}


def _remember(response: Response) -> Response:
    """Keep a language chosen by ``?lang=`` for the next pages."""
    if request.args.get("lang") in LANGUAGES:
        response.set_cookie(
            COOKIE,
            request.args["lang"],
            max_age=31_536_000,
            samesite="Lax",
            httponly=True,
            secure=request.is_secure,
        )
    return response


def install(app: Flask) -> None:
    """Give templates ``_`` and ``locale``, and Flask-Babel (dates, numbers) our choice of both."""
    Babel(
        app,
        locale_selector=language,
        default_locale="zh",
        timezone_selector=lambda: "Asia/Shanghai",
    )
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True
    )
    app.context_processor(lambda: {"locale": language(), "_": gettext})
    app.after_request(_remember)
