"""One program lent to test after test: each gives it a store, a clock and settings of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from flask import Flask
from sqlalchemy import Connection, Engine

from app.settings import Settings

# What a program reads of its settings while it is put together, so that it cannot be lent others.
_BUILT_IN = (
    *("secret_key", "max_body_bytes", "public_url", "trusted_proxies", "redis_url"),
    *("replica_database_url", "rate_limit", "rate_limit_public", "rate_limit_report"),
    *("rate_limit_picture", "rate_limit_sign_in"),
)


@contextlib.contextmanager
def on_the_table(
    program: Flask, settings: Settings, *, bind: Engine | Connection, now: Callable[[], datetime]
) -> Iterator[Flask]:
    """The program on this store, with this clock and these settings; as it was afterwards."""
    room = program.extensions["suyuan"]
    for name in _BUILT_IN:
        assert getattr(settings, name) == getattr(room.settings, name), f"{name} is built in"
    limiter, config = program.extensions["suyuan.limiter"], dict(program.config)
    counts = limiter.enabled
    program.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=True)
    program.extensions["suyuan"] = replace(room, settings=settings, bind=bind, now=now)
    limiter.enabled = False
    try:
        yield program
    finally:
        program.extensions["suyuan"] = room
        program.config.clear()
        program.config.update(config)
        limiter.enabled = counts
