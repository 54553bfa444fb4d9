"""The eight kinds of refusal; every foreseen no in the house is a subclass of one of them."""

from __future__ import annotations

from typing import Any, ClassVar


class Refusal(Exception):
    """A foreseen no.

    ``code`` names the situation for machines (``slice.situation``); ``params`` are the values its
    text in ``app/locale`` may use; ``field`` is the dotted path of the input that caused it, where
    there is one.
    """

    code: ClassVar[str] = "kernel.refused"

    def __init__(self, *, field: str | None = None, **params: Any) -> None:
        super().__init__(self.code)
        self.field = field
        self.params: dict[str, Any] = params

    def __str__(self) -> str:
        """The code and its parameters, for logs; people read the translated text instead."""
        inside = ", ".join(f"{key}={value!r}" for key, value in self.params.items())
        return f"{self.code}({inside})"


class Malformed(Refusal):
    """What was sent cannot be read."""

    code = "request.unreadable"


class NotSignedIn(Refusal):
    """Nobody is asking."""

    code = "request.not_signed_in"


class Forbidden(Refusal):
    """Who is asking may not."""

    code = "request.forbidden"


class NotFound(Refusal):
    """It is not there, or not for the one who asks."""

    code = "request.not_found"


class Conflict(Refusal):
    """The world has moved on."""

    code = "request.conflict"


class Invalid(Refusal):
    """A rule says no."""

    code = "request.invalid"


class LimitReached(Refusal):
    """Too much, too many or too often."""

    code = "request.limit_reached"


class Unavailable(Refusal):
    """Something outside is silent."""

    code = "kernel.unavailable"
