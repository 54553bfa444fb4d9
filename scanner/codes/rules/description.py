"""A meaning as JSON data, as ``GET /api/v1/codes`` answers it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from scanner.codes.terms import Element, Meaning, Parsed, Problem


def describe(meaning: Meaning, *, language: str = "zh") -> dict[str, Any]:
    """The meaning as plain data; ``language`` (zh or en) chooses the elements' titles.

    Dates are ISO 8601, decimals and codes strings; what the text does not say is null.
    """
    return {
        "text": meaning.text,
        "symbology": meaning.symbology,
        "kind": meaning.kind.value,
        "refused": meaning.is_refused,
        "elements": [_element(element, language) for element in meaning.elements],
        "gtin": _plain(meaning.gtin),
        "gtin_spelled": meaning.gtin.spelled if meaning.gtin else None,
        "content_gtin": _plain(meaning.content_gtin),
        "lot": meaning.lot,
        "serial": meaning.serial,
        "variant": meaning.variant,
        "sscc": _plain(meaning.sscc),
        "gln": _plain(meaning.gln),
        "produced_on": _plain(meaning.produced_on),
        "packed_on": _plain(meaning.packed_on),
        "best_before": _plain(meaning.best_before),
        "sell_by": _plain(meaning.sell_by),
        "expires_on": _plain(meaning.expires_on),
        "net_weight": _plain(meaning.net_weight),
        "count": meaning.count,
        "in_store": _in_store(meaning),
        "own_id": meaning.own_id,
        "problems": [_problem(problem) for problem in meaning.problems],
    }


def _element(element: Element, language: str) -> dict[str, Any]:
    return {
        "ai": element.ai,
        "title": element.title_en if language.startswith("en") else element.title_zh,
        "value": element.value,
        "parsed": _plain(element.parsed),
        "unit": element.unit,
    }


def _problem(problem: Problem) -> dict[str, Any]:
    params = {key: _plain(value) for key, value in problem.params.items()}
    return {"code": problem.code, "params": params, "refuses": problem.refuses}


def _in_store(meaning: Meaning) -> dict[str, Any] | None:
    code = meaning.in_store
    if code is None:
        return None
    return {
        "digits": code.digits,
        "prefix": code.prefix,
        "item": code.item,
        "measure": code.measure,
    }


def _plain(value: Parsed) -> str | int | list[str] | None:
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, tuple):
        return [day.isoformat() for day in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
