"""Rated objects that are no subjects: known by their numbers, once for life."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from sqlalchemy import text

from app.credit.scoring.terms import Objects, PlaceObjects
from ledger.kernel.uow import UnitOfWork

_KNOWN = text("SELECT number, id FROM score_object WHERE trade = :trade AND kind = :kind")
_PLACED = text("""
    INSERT INTO score_object (trade, kind, number, name, subject_id, parent_id)
    SELECT :trade, :kind, n, m, s, p
    FROM unnest(CAST(:numbers AS text[]), CAST(:names AS text[]), CAST(:subjects AS int[]),
                CAST(:parents AS int[])) AS given (n, m, s, p)
    ON CONFLICT (trade, kind, number) DO UPDATE
    SET name = excluded.name, subject_id = excluded.subject_id, parent_id = excluded.parent_id
    WHERE (score_object.name, score_object.subject_id, score_object.parent_id)
        IS DISTINCT FROM (excluded.name, excluded.subject_id, excluded.parent_id)
""")


def place_objects(uow: UnitOfWork, command: PlaceObjects) -> Objects:
    """Know objects by their numbers, with the names and parents they have now.

    Answers just these objects. Of one number given twice the last row counts; a parent nobody has
    placed is none.
    """
    rows = {number: (subject, name, above) for subject, number, name, above in command.rows}
    parents = known_objects(uow, command.trade, command.parent_kind) if command.parent_kind else {}
    said = {
        "trade": command.trade,
        "kind": command.kind,
        "numbers": list(rows),
        "names": [name for _, name, _ in rows.values()],
        "subjects": [subject for subject, _, _ in rows.values()],
        "parents": [parents.get(above, 0) for _, _, above in rows.values()],
    }
    if rows:
        uow.session.execute(_PLACED, said)
    ids = known_objects(uow, command.trade, command.kind)
    placed = sorted((ids[number], number) for number in rows)
    return Objects(
        kind=command.kind,
        ids=np.array([at for at, _ in placed], dtype=np.int64),
        subjects=np.array([rows[number][0] for _, number in placed], dtype=np.int64),
        parents=np.array([parents.get(rows[number][2], 0) for _, number in placed], dtype=np.int64),
        numbers=tuple(number for _, number in placed),
        names=tuple(rows[number][1] for _, number in placed),
    )


def known_objects(uow: UnitOfWork, trade: str, kind: str) -> Mapping[str, int]:
    """The ids of all objects of a kind by their numbers."""
    rows = uow.session.execute(_KNOWN, {"trade": trade, "kind": kind})
    return {row.number: row.id for row in rows}
