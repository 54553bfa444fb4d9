"""Puts the program together: settings, store, queue, doors, modules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect
from redis import Redis
from sqlalchemy import Connection, Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from app import registry
from app.accounts.web import find_actor
from app.database import engine_for
from app.doors import answers, assets, counting, http, i18n, openapi, web
from app.doors.replicas import replica_of
from app.messages.web import unread
from app.processes.collecting import collect_rarely
from app.settings import Settings, settings_of_this_process
from ledger.kernel import clock

_QUEUE_SILENT_S = 5  # a queue that answers later is as good as silent


def create_app(
    settings: Settings | None = None,
    *,
    bind: Engine | Connection | None = None,
    now: Callable[[], datetime] = clock.now,
) -> Flask:
    """The program as Flask runs it; ``bind`` and ``now`` are given by tests only."""
    collect_rarely()
    chosen = settings or settings_of_this_process()
    app = Flask("app")
    app.config.update(
        openapi.CONFIG,
        SECRET_KEY=chosen.secret_key,
        MAX_CONTENT_LENGTH=chosen.max_body_bytes,
        SESSION_COOKIE_NAME="suyuan",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=chosen.public_url.startswith("https://"),
        WTF_CSRF_TIME_LIMIT=8 * 3600,
        WTF_CSRF_SSL_STRICT=False,
        JSON_AS_ASCII=False,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    room = http.Room(
        settings=chosen,
        bind=bind if bind is not None else engine_for(chosen),
        redis=Redis.from_url(chosen.redis_url, socket_timeout=_QUEUE_SILENT_S),
        find_actor=find_actor,
        now=now,
        replica=replica_of(chosen),
        reader=engine_for(chosen, reads_only=True) if bind is None else None,
    )
    if chosen.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=chosen.trusted_proxies, x_proto=chosen.trusted_proxies
        )
    http.install(app, room)
    i18n.install(app)
    assets.install(app)
    _install_protection(app, chosen)
    _install_modules(app, chosen)
    answers.install(app)  # last: flask-smorest brings its own answers to HTTP errors
    return app


def _install_protection(app: Flask, settings: Settings) -> None:
    """CSRF for everything a browser session can send; limits for everything public."""
    app.extensions["suyuan.csrf"] = CSRFProtect(app)
    app.extensions["suyuan.limiter"] = counting.HouseLimiter(
        key_func=_limit_key,
        app=app,
        default_limits=[settings.rate_limit],
        storage_uri=counting.storage_address(settings.redis_url),
        in_memory_fallback_enabled=True,
        swallow_errors=True,
        headers_enabled=True,
    )


def _limit_key() -> str:
    """Signed-in accounts are counted by account, everybody else by address."""
    who = http.actor_or_public()
    return f"account:{who.account_id}" if who.account_id else get_remote_address()


def _install_modules(app: Flask, settings: Settings) -> None:
    """Register every module's doors, gather their menus, and set their stricter limits."""
    api = openapi.HouseApi(app)
    openapi.describe(api)
    found = registry.wire()
    for module in found:
        for machine in module.apis:
            app.extensions["suyuan.csrf"].exempt(machine)  # the API door asks for the token itself
            api.register_blueprint(machine)
        for pages in module.webs:
            app.register_blueprint(pages)
    openapi.tidy(api)
    app.extensions["suyuan.api"] = api
    app.extensions["suyuan.modules"] = found
    app.extensions["suyuan.menu"] = sorted(
        (item for module in found for item in module.menu), key=lambda item: item.order
    )
    app.jinja_env.globals["open_book"] = web.open_book
    app.context_processor(lambda: {"menu": web.menu(), "actor": web.signed()})
    app.jinja_env.globals["unread_messages"] = unread
    _install_limits(app, settings)


def _install_limits(app: Flask, settings: Settings) -> None:
    """Count what a door declared with ``limit="picture"`` by the setting rate_limit_picture."""
    limiter = app.extensions["suyuan.limiter"]
    for name, view in list(app.view_functions.items()):
        limit = getattr(view, "limit", "")
        if limit == "none":
            app.view_functions[name] = limiter.exempt(view)
        elif limit:
            chosen = getattr(settings, f"rate_limit_{limit}")
            sends = any("POST" in (rule.methods or ()) for rule in app.url_map.iter_rules(name))
            counted = ["POST"] if sends else None  # looking at a form costs nothing
            app.view_functions[name] = limiter.limit(chosen, methods=counted)(view)
