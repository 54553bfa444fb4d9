"""The page door of help: start page, manual, the API in readable form, health."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, jsonify, redirect
from markupsafe import Markup
from redis import RedisError
from sqlalchemy import text
from werkzeug.wrappers import Response

from app.doors import http, i18n, web
from app.doors.errors import QueueSilent
from app.doors.web import page
from app.help import queries, rules
from ledger.kernel.uow import UnitOfWork

blueprint = Blueprint("help", __name__, template_folder="templates")


@page(blueprint, "/", needs="code.read", template="help/start.html", limit="public")
def start(uow: UnitOfWork) -> Mapping[str, Any] | Response:
    """The start page for everybody; who is signed in is sent to the first line of the menu.

    A clerk of several operators is sent to choose whose book to open.
    """
    if uow.actor.delegated and uow.actor.operator_id is None:
        return redirect("/account")
    lines = web.menu()
    if lines:
        return redirect(lines[0].href)
    return redirect("/account") if uow.actor.may("account.own") else {}


@page(blueprint, "/help", needs="code.read", template="help/page.html", endpoint="index")
def index(uow: UnitOfWork) -> Mapping[str, Any]:
    """The first page of the manual."""
    return _shown("start")


@page(blueprint, "/help/<name>", needs="code.read", template="help/page.html")
def manual(uow: UnitOfWork, name: str) -> Mapping[str, Any]:
    """A page of the manual in the reader's language."""
    return _shown(name)


def _shown(name: str) -> Mapping[str, Any]:
    language = i18n.language()
    found = queries.help_page(name, language)
    return {
        "page": found,
        "html": Markup(found.html),  # noqa: S704 - our own Markdown
        "contents": queries.contents(language),
    }


@page(blueprint, "/api/docs", needs="code.read", template="help/api.html")
def api_docs(uow: UnitOfWork) -> Mapping[str, Any]:
    """The API as a page: drawn from the OpenAPI document, without scripts."""
    document = current_app.extensions["suyuan.api"].spec.to_dict()
    found = rules.operations(document)
    return {
        "about": document["info"].get("description", ""),
        "operations": found,
        "tags": list(dict.fromkeys(one.tag for one in found)),
    }


@page(blueprint, "/healthz", needs="code.read", limit="none", fresh=True)
def healthz(uow: UnitOfWork) -> Response:
    """Say that web, database and queue answer; anything silent is a 503 that names it."""
    uow.session.execute(text("SELECT 1"))
    try:
        http.room().redis.ping()
    except RedisError:
        raise QueueSilent from None
    return jsonify(status="ok", database="ok", queue="ok")
