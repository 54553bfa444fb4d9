"""Asking for many rows at once with one parameter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Integer, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY

_ID_MAX = 2**31 - 1  # the ids of subjects, products and lots are four bytes wide


def any_among(ids: Iterable[int]) -> ColumnElement[Any]:
    """``ANY(array)`` of ids; a number that can be nobody's id is left out, it finds nothing."""
    possible = sorted({number for number in ids if 0 < number <= _ID_MAX})
    return any_(literal(possible, ARRAY(Integer)))
