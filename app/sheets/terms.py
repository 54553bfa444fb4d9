"""The words of files of rows."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

Cell = str | float | bool | date | datetime | time | timedelta
"""What a reader hands over; an empty cell is an empty text."""

Row = list[Cell]

Values = tuple[str | float, ...]
"""The cells of a row as they can be kept: numbers as numbers, everything else as text."""
