"""JSON bodies read exactly: a number stays the decimal it was written as, never a float."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from flask import Request
from flask_smorest import Blueprint
from webargs import core
from webargs.flaskparser import FlaskParser, is_json_request


class ExactParser(FlaskParser):
    """Reads numbers as ``Decimal``; NaN, endless numbers and endless nesting are unreadable."""

    def _raw_load_json(self, req: Request) -> Any:
        if not is_json_request(req):
            return core.missing
        return exact_json(req.get_data(cache=True))


class FiniteParser(FlaskParser):
    """Reads JSON as usual; endless nesting is unreadable and no bug of ours."""

    def _raw_load_json(self, req: Request) -> Any:
        try:
            return super()._raw_load_json(req)
        except RecursionError:
            raise json.JSONDecodeError("unreadable", "…", 0) from None


class ExactBlueprint(Blueprint):  # type: ignore[misc]
    """A blueprint of the API whose JSON bodies are read exactly."""

    ARGUMENTS_PARSER = ExactParser()


def exact_json(data: bytes) -> Any:
    """JSON text in UTF-8 as data with exact numbers; raises JSONDecodeError for all else."""
    try:
        return json.loads(
            data.decode("utf-8-sig"),
            parse_float=Decimal,
            parse_int=Decimal,
            parse_constant=_refuse_constant,
        )
    except json.JSONDecodeError:
        raise
    except (ValueError, ArithmeticError, RecursionError):
        raise json.JSONDecodeError("unreadable", "…", 0) from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)
