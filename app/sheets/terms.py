"""The words of files of rows."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

Cell = str | float | bool | date | datetime | time | timedelta
"""What a reader hands over; an empty cell is an empty text."""

Row = list[Cell]


def is_filled(row: Row) -> bool:
    """Whether anything stands in a row."""
    for cell in row:  # noqa: SIM110 - every row is asked: this takes half the time
        if not isinstance(cell, str) or (cell and not cell.isspace()):
            return True
    return False
