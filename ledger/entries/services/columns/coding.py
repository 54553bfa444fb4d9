"""Columns as numbers: each distinct value once, and for every row which of them it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

T = TypeVar("T")
Codes = npt.NDArray[np.int64]
_WIDE = 2**62  # products of codes stay below


@dataclass(frozen=True, slots=True)
class Coded(Generic[T]):
    """The distinct values of a column in the order they first come, and their number per row."""

    values: list[T]
    codes: Codes


def by_identity(column: Sequence[T]) -> Coded[T]:
    """A column in which the same object stands for the same value."""
    values = {id(value): value for value in column}
    codes = dict(zip(values, range(len(values)), strict=True))
    numbers = np.fromiter(map(codes.__getitem__, map(id, column)), np.int64, len(column))
    return Coded(list(values.values()), numbers)


def by_value(column: Sequence[T]) -> Coded[T]:
    """A column of values that can be keys."""
    codes = {value: code for code, value in enumerate(dict.fromkeys(column))}
    numbers = np.fromiter(map(codes.__getitem__, column), np.int64, len(column))
    return Coded(list(codes), numbers)


def together(*columns: Codes) -> Coded[int]:
    """The distinct combinations of what rows have in columns; as values the first row of each."""
    key = columns[0]
    width = int(key.max(initial=0)) + 1
    for column in columns[1:]:
        span = int(column.max(initial=0)) + 1
        if width * span >= _WIDE:
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
            width = int(key.max(initial=0)) + 1
        key, width = key * span + column, width * span
    _, firsts, codes = np.unique(key, return_index=True, return_inverse=True)
    order = np.argsort(firsts)  # in the order in which they first come
    renumbered = np.empty(len(order), np.int64)
    renumbered[order] = np.arange(len(order))
    return Coded(firsts[order].tolist(), renumbered[codes])
