"""How often somebody has asked: counted in Redis in one round trip a request."""

from __future__ import annotations

from typing import Any

from flask import g, has_app_context
from limits.storage import RedisStorage

from ledger.kernel import clock

_SCHEMES = ("redis", "rediss", "unix")


class CountedStorage(RedisStorage):
    """Counts as Flask-Limiter's own storage does, and remembers for the request what it was told.

    The headers that tell a caller what is left ask for the count and for its end once more: both
    are known from counting.
    """

    STORAGE_SCHEME = [f"counted+{scheme}" for scheme in _SCHEMES]  # noqa: RUF012 - as its parent's
    SCRIPT_INCR_EXPIRE = b"""
        local count = redis.call("incrby", KEYS[1], ARGV[2])
        if tonumber(count) == tonumber(ARGV[2]) then redis.call("expire", KEYS[1], ARGV[1]) end
        return {count, redis.call("ttl", KEYS[1])}
    """

    def __init__(self, uri: str, **options: Any) -> None:
        super().__init__(uri.removeprefix("counted+"), **options)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count once more; how often it was in this window."""
        count, seconds = self.lua_incr_expire([self.prefixed_key(key)], [expiry, amount])
        if has_app_context():
            _known()[key] = int(count), int(clock.now().timestamp()) + int(seconds)
        return int(count)

    def get(self, key: str) -> int:
        """How often it was in this window."""
        known = _known().get(key) if has_app_context() else None
        return known[0] if known is not None else super().get(key)

    def get_expiry(self, key: str) -> Any:
        """When the window ends, in seconds since 1970."""
        known = _known().get(key) if has_app_context() else None
        return known[1] if known is not None else super().get_expiry(key)


def storage_address(redis_url: str) -> str:
    """What Flask-Limiter is to be told so that it counts here."""
    return f"counted+{redis_url}"


def _known() -> dict[str, tuple[int, int]]:
    if "counted" not in g:
        g.counted = {}
    found: dict[str, tuple[int, int]] = g.counted
    return found
