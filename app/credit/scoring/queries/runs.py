"""Runs read: the newest of a scheme, one by its number, how classes are spread, who moved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Select, func, select, text, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from app.credit.scoring.errors import UnknownScheme
from app.credit.scoring.model import SchemeRow, ScoreRow, ScoreRunRow
from app.credit.scoring.queries.schemes import require_scores, scheme_by_id
from app.credit.scoring.terms import (
    Distribution,
    Mover,
    Run,
    RunColumns,
    RunState,
    WhatIf,
)
from ledger.kernel.uow import UnitOfWork

_RUNS = 60
_COLUMNS = text("""
    SELECT object_id, points, adjusted, flags, lines FROM score
    WHERE run_id = :run AND kind = 0 ORDER BY object_id
""")


def distribution_of(said: Mapping[str, Any]) -> Distribution:
    """A distribution as a run keeps it."""
    return Distribution(
        kind=said["kind"],
        classes=dict(said["classes"]),
        unclassed=said["unclassed"],
        histogram=tuple(said["histogram"]),
    )


def _run(row: ScoreRunRow, scheme: SchemeRow) -> Run:
    return Run(
        id=row.id,
        scheme_id=row.scheme_id,
        scheme_code=scheme.code,
        scheme_version=scheme.version,
        as_of=row.as_of,
        at=row.at,
        state=RunState(row.state),
        objects=row.objects,
        snapshot=row.snapshot,
        result=row.result,
        distributions=tuple(map(distribution_of, row.distributions)),
        note=row.note,
    )


def _runs() -> Select[ScoreRunRow, SchemeRow]:
    return select(ScoreRunRow, SchemeRow).join(SchemeRow, SchemeRow.id == ScoreRunRow.scheme_id)


def runs_of(
    uow: UnitOfWork, code: str, *, version: str = "", state: RunState = RunState.IN_FORCE
) -> tuple[Run, ...]:
    """The newest runs of a scheme, at most sixty, the newest first."""
    query = _runs().where(SchemeRow.code == code, ScoreRunRow.state == state.value)
    if version:
        query = query.where(SchemeRow.version == version)
    ordered = query.order_by(ScoreRunRow.as_of.desc(), ScoreRunRow.id.desc()).limit(_RUNS)
    return tuple(_run(row[0], row[1]) for row in uow.session.execute(ordered))


def latest_run(uow: UnitOfWork, code: str) -> Run | None:
    """The run whose scores count: the newest of the scheme in force."""
    query = _runs().where(SchemeRow.code == code, ScoreRunRow.state == RunState.IN_FORCE.value)
    found = uow.session.execute(
        query.order_by(ScoreRunRow.as_of.desc(), ScoreRunRow.id.desc()).limit(1)
    ).first()
    return _run(found[0], found[1]) if found else None


def run_by_id(uow: UnitOfWork, run_id: int) -> Run:
    """One run. Refuses: UnknownScheme where there is none."""
    found = uow.session.execute(_runs().where(ScoreRunRow.id == run_id)).first()
    if found is None:
        raise UnknownScheme(code=str(run_id))
    return _run(found[0], found[1])


def distribution(uow: UnitOfWork, run_id: int) -> tuple[Distribution, ...]:
    """How the classes of a run are spread, by kind of object. Refuses: UnknownScheme."""
    return run_by_id(uow, run_id).distributions


def moves_between(uow: UnitOfWork, before: int, after: int) -> Mapping[tuple[str, str], int]:
    """How many objects went from which class to which between two runs; "" is no class.

    Refuses: UnknownScheme, NotPermitted for a scheme that is not public.
    """
    runs = run_by_id(uow, before), run_by_id(uow, after)
    schemes = [scheme_by_id(uow, run.scheme_id).scheme for run in runs]
    require_scores(uow, public=all(scheme.public for scheme in schemes))
    old, new = aliased(ScoreRow), aliased(ScoreRow)
    rows = uow.session.execute(
        select(old.adjusted, new.adjusted, func.count())
        .join(
            new,
            (new.subject_id == old.subject_id)
            & (tuple_(new.kind, new.object_id) == tuple_(old.kind, old.object_id)),
        )
        .where(old.run_id == before, new.run_id == after)
        .group_by(old.adjusted, new.adjusted)
    )
    codes = [[*(one.code for one in scheme.classes), ""] for scheme in schemes]
    return {(codes[0][a], codes[1][b]): count for a, b, count in rows}


def what_if(uow: UnitOfWork, code: str, version: str) -> WhatIf | None:
    """The last time a version was tried beside the one in force; None: it never was.

    Refuses: NotPermitted.
    """
    uow.actor.require("scheme.draft")
    query = _runs().where(
        SchemeRow.code == code,
        SchemeRow.version == version,
        ScoreRunRow.state == RunState.DRAFT.value,
    )
    found = uow.session.execute(query.order_by(ScoreRunRow.id.desc()).limit(1)).first()
    if found is None:
        return None
    run, about = _run(found[0], found[1]), found[0].about
    return WhatIf(
        run=run,
        version=about.get("version", ""),
        before=tuple(map(distribution_of, about.get("before", ()))),
        after=run.distributions,
        moves={(before, after): count for before, after, count in about.get("moves", ())},
        examples=tuple(
            Mover(
                kind=one["kind"],
                object_id=one["id"],
                name=one["name"],
                before=one["before"],
                after=one["after"],
                points=one["points"],
            )
            for one in about.get("examples", ())
        ),
    )


def runs_on(uow: UnitOfWork, trade: str, on: date) -> tuple[Run, ...]:
    """The newest run of each scheme of a trade as of a day or before it."""
    query = (
        _runs()
        .where(
            SchemeRow.trade == trade,
            ScoreRunRow.state == RunState.IN_FORCE.value,
            ScoreRunRow.as_of <= on,
        )
        .order_by(SchemeRow.code, ScoreRunRow.as_of.desc(), ScoreRunRow.id.desc())
        .ext(distinct_on(SchemeRow.code))
    )
    return tuple(_run(row[0], row[1]) for row in uow.session.execute(query))


def columns_of(uow: UnitOfWork, run: Run) -> RunColumns:
    """All scores of a run of the scheme's first kind, as columns.

    Refuses: NotPermitted for a scheme that is not public.
    """
    scheme = scheme_by_id(uow, run.scheme_id).scheme
    require_scores(uow, public=scheme.public)
    rows = uow.session.execute(_COLUMNS, {"run": run.id}).all()
    indicators = scheme.indicators_of(scheme.object)
    lines = np.frombuffer(b"".join(bytes(row.lines) for row in rows), dtype="<i4")
    each = lines.reshape(len(rows), len(indicators)).astype(np.int64)
    parts = {
        part.code: np.clip(
            each[:, [one.part == part.code for one in indicators]].sum(axis=1),
            part.least,
            part.most,
        )
        for part in scheme.parts
    }
    told = np.array([row[:4] for row in rows], dtype=np.int64).reshape(len(rows), 4)
    return RunColumns(
        scheme=scheme,
        ids=told[:, 0],
        points=told[:, 1],
        ranks=told[:, 2],
        flags=told[:, 3],
        parts=parts,
    )
