"""The OpenAPI document: what the whole API says of itself, beside what each endpoint says."""

from __future__ import annotations

from flask_smorest import Api, Blueprint

from app.doors.api import DESCRIBED, Problem

CONFIG = {
    "API_TITLE": "Suyuan 溯源",
    "API_VERSION": "1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/api",
    "OPENAPI_JSON_PATH": "openapi.json",
}
_LICENCE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
_ABOUT = """食品安全追溯台账的接口。 The API of a food-safety traceability ledger.

Sign in with `Authorization: Bearer KEY`. Refusals are RFC 9457 problem details; `code` is stable,
`detail` follows `Accept-Language` (zh, en). Quantities are decimal strings with a UN/ECE Rec 20
unit code; times are ISO 8601, and a bare date stays a date. Lists are paged: pass `next` back."""


class HouseApi(Api):  # type: ignore[misc]
    """The library's API without its own error document: refusals are problem details here."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def register_blueprint(self, blueprint: Blueprint) -> None:
        """Register a slice's endpoints; its tag is the slice's name without the door."""
        super().register_blueprint(blueprint)
        self.spec._tags[-1]["name"] = blueprint.name.removesuffix("-api")  # noqa: SLF001


def describe(api: Api) -> None:
    """Add what no endpoint knows: the two ways of signing in, the refusals, and the whole."""
    components = api.spec.components
    components.security_scheme(
        "key", {"type": "http", "scheme": "bearer", "description": "an API key of an account"}
    )
    components.security_scheme(
        "session",
        {
            "type": "apiKey",
            "in": "cookie",
            "name": "suyuan",
            "description": "a browser's session; changes need the header X-CSRFToken",
        },
    )
    for status, text in DESCRIBED.items():
        content = {"application/problem+json": {"schema": Problem}}
        components.response(f"Refused{status}", {"description": text, "content": content})
    api.spec.options["info"] = {"description": _ABOUT, "license": _LICENCE}


def tidy(api: Api) -> None:
    """Take away what the library describes and no endpoint uses."""
    for name in ("Error", "PaginationMetadata"):
        api.spec.components.schemas.pop(name, None)
