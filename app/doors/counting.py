"""How often somebody has asked: counted in Redis in one round trip a request."""

from __future__ import annotations

import os
from time import time
from typing import Any, NamedTuple

from flask import Flask, Response, g, has_app_context, request
from flask_limiter import Limiter
from limits.storage import RedisStorage
from redis.exceptions import RedisError

from ledger.kernel import clock

_SCHEMES = ("redis", "rediss", "unix")


class CountedStorage(RedisStorage):
    """Counts as Flask-Limiter's own storage does, and remembers for the request what it was told.

    The headers that tell a caller what is left ask for the count and for its end once more: both
    are known from counting. Counting keeps one connection a process and sends the whole command
    itself: what the client library does around a command takes longer than the command.
    """

    STORAGE_SCHEME = [f"counted+{scheme}" for scheme in _SCHEMES]  # noqa: RUF012 - as its parent's
    SCRIPT_INCR_EXPIRE = b"""
        local count = redis.call("incrby", KEYS[1], ARGV[2])
        if tonumber(count) == tonumber(ARGV[2]) then redis.call("expire", KEYS[1], ARGV[1]) end
        return {count, redis.call("ttl", KEYS[1])}
    """

    def __init__(self, uri: str, **options: Any) -> None:
        super().__init__(uri.removeprefix("counted+"), **options)
        self._wire: tuple[int, Any] | None = None

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count once more; how often it was in this window."""
        count, seconds = self._counted(self.prefixed_key(key), expiry, amount)
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

    def _counted(self, key: str, expiry: int, amount: int) -> Any:
        """The count and the seconds left; by the client library where the short way fails."""
        try:
            wire = self._connected()
            script = self.lua_incr_expire.sha
            wire.send_packed_command(_packed("EVALSHA", script, "1", key, str(expiry), str(amount)))
            return wire.read_response()
        except (RedisError, OSError):
            self._hang_up()
            return self.lua_incr_expire([key], [expiry, amount])

    def _connected(self) -> Any:
        """The connection of this process: a fork must not speak on its parent's."""
        if self._wire is None or self._wire[0] != os.getpid():
            pool = self.storage.connection_pool
            self._wire = os.getpid(), pool.make_connection()
        return self._wire[1]

    def _hang_up(self) -> None:
        if self._wire is not None:
            self._wire[1].disconnect()
            self._wire = None


def _packed(*words: str) -> list[bytes]:
    """A command as Redis's protocol has it."""
    said = [word.encode() for word in words]
    parts = [b"$%d\r\n%b\r\n" % (len(word), word) for word in said]
    return [b"*%d\r\n%b" % (len(said), b"".join(parts))]


class Plan(NamedTuple):
    """What is counted for an endpoint: one limit without conditions, or nothing."""

    limit: Any
    amount: int
    seconds: int


class HouseLimiter(Limiter):
    """Flask-Limiter whose choice of limits is remembered by endpoint.

    Which limit holds for an endpoint is settled when the program is put together, yet the library
    works it out for every request. What is not plain (several limits, one that is reached, a
    storage that is silent) goes the library's own way.
    """

    def __init__(self, **options: Any) -> None:
        self._plans: dict[tuple[Any, ...], tuple[Plan, ...] | None] = {}
        super().__init__(**options)

    def init_app(self, app: Flask) -> None:
        """As the library's, and tell what is left."""
        super().init_app(app)
        app.after_request(_tell_what_is_left)

    def _check_request_limit(
        self, callable_name: str | None = None, in_middleware: bool = True
    ) -> None:
        if self.enabled and not self._storage_dead and request.endpoint:
            asked = (request.endpoint, callable_name, in_middleware, request.method)
            if asked not in self._plans:
                self._plans[asked] = self._planned(callable_name, in_middleware=in_middleware)
            plans = self._plans[asked]
            if plans is not None and all(map(self._is_within, plans)):
                return
        super()._check_request_limit(callable_name, in_middleware)

    def _planned(
        self, callable_name: str | None, *, in_middleware: bool
    ) -> tuple[Plan, ...] | None:
        """What is counted at one place of an endpoint; None where the library is to see to it."""
        endpoint, method = request.endpoint, request.method
        if not in_middleware:
            before = self._plans.get((endpoint, None, True, method)) or ()
            self.context.seen_limits.update([plan.limit for plan in before])
        chosen = self._Limiter__filter_limits(  # type: ignore[attr-defined]
            endpoint, request.blueprint, callable_name, in_middleware
        )
        self.context.seen_limits.clear()
        limits = [limit for limit in chosen if not limit.method_exempt]
        plain = all(
            limit.exempt_when is None and limit.deduct_when is None and limit.cost == 1
            for limit in limits
        )
        if len(limits) > 1 or not plain:
            return None
        return tuple(Plan(limit, limit.limit.amount, limit.limit.get_expiry()) for limit in limits)

    def _is_within(self, plan: Plan) -> bool:
        """Count the request; False where the library is to look at it, which counts it too."""
        limit = plan.limit
        named = limit.key_func(), limit.scope_for(request.endpoint, request.method)
        if not all(named):
            return False
        try:
            key = limit.limit.key_for(*named)
            count = self.storage.incr(key, plan.seconds)
            ends = self.storage.get_expiry(key)
        except Exception:  # noqa: BLE001 - whatever it is, the library knows what to do then
            return False
        if count <= plan.amount:
            g.left = plan.amount, plan.amount - count, int(ends) + 1
        return bool(count <= plan.amount)


def _tell_what_is_left(response: Response) -> Response:
    """The headers that the library would have written."""
    left = g.get("left")
    if left is not None:
        amount, remaining, ends = left
        again = ends
        before = response.headers.get("Retry-After")
        if before is not None:
            again = max(int(time() + int(before)), ends)
        response.headers.extend(
            {
                "X-RateLimit-Limit": str(amount),
                "X-RateLimit-Remaining": str(remaining),
                "X-RateLimit-Reset": str(ends),
            }
        )
        response.headers["Retry-After"] = str(int(again - time()))
    return response


def storage_address(redis_url: str) -> str:
    """What Flask-Limiter is to be told so that it counts here."""
    return f"counted+{redis_url}"


def _known() -> dict[str, tuple[int, int]]:
    if "counted" not in g:
        g.counted = {}
    found: dict[str, tuple[int, int]] = g.counted
    return found
