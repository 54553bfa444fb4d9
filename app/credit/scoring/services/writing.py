"""Scores go in by COPY, in order of the objects: a city's are 85,000 rows of some 600 bytes."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from app.credit.scoring.rules.packing import Packed, packed
from app.credit.scoring.terms import Reckoned

_WIDTHS = {
    "subject_id": 4,
    "run_id": 4,
    "object_id": 8,
    "own": 4,
    "points": 4,
    "parent": 4,
    "kind": 2,
    "class_rank": 2,
    "adjusted": 2,
    "before": 2,
    "flags": 2,
}
_COLUMNS = (*_WIDTHS, "lines", "rows", "words")
_COPY = f"COPY score ({', '.join(_COLUMNS)}) FROM STDIN WITH (FORMAT binary)"
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_AT_ONCE = 20_000


def write_scores(session: Session, run_id: int, kind: int, reckoned: Reckoned) -> None:
    """Copy all scores of a kind; ``kind`` is its place in the scheme."""
    heads = _heads(run_id, kind, reckoned)
    facts = packed(reckoned)
    cursor = session.connection().connection.cursor()
    for first in range(0, len(heads), _AT_ONCE):
        part = _part(heads, facts, first, min(first + _AT_ONCE, len(heads)))
        cursor.copy_expert(_COPY, BytesIO(part))
    cursor.close()


def _heads(run_id: int, kind: int, reckoned: Reckoned) -> Any:
    """Each row up to the length of its facts, in the form of PostgreSQL's binary COPY."""
    lines = np.ascontiguousarray(reckoned.lines.T.astype("<i4"))
    line_bytes = 4 * lines.shape[1]
    fields: list[Any] = [("fields", ">i2")]
    for name, width in _WIDTHS.items():
        fields += [(f"{name} length", ">i4"), (name, f">i{width}")]
    fields += [("lines length", ">i4")]
    fields += [("lines", f"V{line_bytes}")] if line_bytes else []
    fields += [("rows length", ">i4")]
    heads = np.zeros(len(lines), dtype=fields)
    heads["fields"] = len(_COLUMNS)
    for name, width in _WIDTHS.items():
        heads[f"{name} length"] = width
    said = {
        "subject_id": reckoned.objects.subjects,
        "run_id": run_id,
        "object_id": reckoned.objects.ids,
        "own": reckoned.own,
        "points": reckoned.points,
        "parent": reckoned.parent,
        "kind": kind,
        "class_rank": reckoned.class_rank,
        "adjusted": reckoned.adjusted_rank,
        "before": reckoned.before_rank,
        "flags": reckoned.flags,
    }
    for name, values in said.items():
        heads[name] = values
    heads["lines length"] = line_bytes
    if line_bytes:
        heads["lines"] = lines.view(f"V{line_bytes}").reshape(-1)
    return heads


def _part(heads: Any, facts: Packed, first: int, last: int) -> bytes:
    ends = facts.ends[first:last]
    start = int(facts.ends[first - 1]) if first else 0
    part = heads[first:last].copy()
    part["rows length"] = np.diff(ends, prepend=start)
    width, told = part.dtype.itemsize, part.tobytes()
    pieces = [_SIGNATURE]
    for at, (end, words) in enumerate(zip(ends.tolist(), facts.words[first:last], strict=True)):
        spoken = words.encode()
        pieces += (
            told[at * width : (at + 1) * width],
            facts.rows[start:end],
            len(spoken).to_bytes(4, "big"),
            spoken,
        )
        start = end
    pieces.append(_END)
    return b"".join(pieces)
