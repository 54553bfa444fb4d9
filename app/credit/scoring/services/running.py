"""Running a scheme: everything gathered, reckoned and copied in one unit, or nothing at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
from sqlalchemy import select, text

from app.credit.scoring.model import SchemeRow, ScoreRunRow
from app.credit.scoring.queries import run_by_id, scheme_in_force
from app.credit.scoring.rules.reckon import Before, reckon
from app.credit.scoring.rules.snapshots import result_of, snapshot_of
from app.credit.scoring.rules.spread import distribution_of
from app.credit.scoring.services.schemes import alone
from app.credit.scoring.services.writing import write_scores
from app.credit.scoring.terms import (
    FACT_SOURCES,
    OBJECT_SOURCES,
    Fact,
    FactColumn,
    Missing,
    ObjectSet,
    Reckoned,
    Run,
    RunScheme,
    RunState,
    Scheme,
    days_of,
)
from ledger.kernel.uow import UnitOfWork

_BEFORE = text("""
    SELECT object_id, adjusted FROM score WHERE run_id = :run AND kind = :kind AND adjusted >= 0
""")
_LAST = text("""
    SELECT r.id, r.scheme_id FROM score_run r JOIN scheme s ON s.id = r.scheme_id
    WHERE s.code = :code AND r.state = 'in_force' AND r.as_of < :as_of
    ORDER BY r.as_of DESC, r.id DESC LIMIT 1
""")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finished:
    """A run with its columns, in the order of the scheme's kinds.

    ``repeated``: the same snapshot had been run already; nothing was written again.
    """

    run: Run
    reckoned: tuple[Reckoned, ...]
    repeated: bool = False


def sets_of(uow: UnitOfWork, scheme: Scheme, as_of: date) -> tuple[ObjectSet, ...]:
    """All objects of a scheme and all facts it asks for, from whoever serves them."""
    found = []
    for kind in scheme.kinds:
        objects = OBJECT_SOURCES[kind.source].gather(uow, scheme, kind, as_of)
        by_source: dict[str, list[Fact]] = defaultdict(list)
        for fact in scheme.facts_of(kind.name):
            by_source[fact.source].append(fact)
        facts: dict[str, FactColumn] = {}
        for source, asked in by_source.items():
            columns = FACT_SOURCES[source].gather(uow, asked, objects, as_of)
            facts |= {one.name: column for one, column in zip(asked, columns, strict=True)}
        found.append(ObjectSet(objects=objects, facts=facts))
    return tuple(found)


def reckoned_sets(
    scheme: Scheme,
    sets: Sequence[ObjectSet],
    as_of: date,
    before: Mapping[str, Mapping[int, int]],
) -> tuple[Reckoned, ...]:
    """All kinds scored, parents before those who inherit from them."""
    found: dict[str, Reckoned] = {}
    for given in sets:
        name = given.objects.kind
        beside = Before(parents=found.get(scheme.kind(name).parent), ranks=before.get(name))
        found[name] = reckon(scheme, given, days_of(as_of), beside)
    return tuple(found.values())


def run_scheme(uow: UnitOfWork, command: RunScheme) -> Finished:
    """Score objects and keep the scores with what they come from, all or none.

    The same snapshot again is reckoned again and written once. Refuses: NotPermitted, ColumnWrong.
    Announces: scores.made. Leaves an audit line.
    """
    uow.actor.require("score.run")
    scheme, as_of = command.scheme, command.as_of
    alone(uow, scheme.code)
    before = ranks_before(uow, scheme, as_of)
    reckoned = reckoned_sets(scheme, command.sets, as_of, before)
    result = result_of(reckoned)
    snapshot = _snapshot(command, reckoned)
    scheme_id = uow.session.scalar(
        select(SchemeRow.id).where(
            SchemeRow.code == scheme.code, SchemeRow.version == scheme.version
        )
    )
    state = RunState.PART if command.part else RunState.IN_FORCE
    same = select(ScoreRunRow).where(
        ScoreRunRow.scheme_id == scheme_id,
        ScoreRunRow.as_of == as_of,
        ScoreRunRow.state == state.value,
        ScoreRunRow.snapshot == snapshot,
    )
    if row := uow.session.scalars(same).first():
        assert row.result == result, "two runs on one snapshot differ"
        return Finished(run=run_by_id(uow, row.id), reckoned=reckoned, repeated=True)
    row = ScoreRunRow(
        scheme_id=scheme_id,
        as_of=as_of,
        at=uow.now,
        state=state.value,
        objects=sum(len(one.objects.ids) for one in reckoned),
        snapshot=snapshot,
        result=result,
        distributions=[asdict(distribution_of(scheme, one)) for one in reckoned],
        about={},
        note=command.note,
    )
    uow.session.add(row)
    uow.session.flush()  # the scores name it
    for kind, one in enumerate(reckoned):
        write_scores(uow.session, row.id, kind, one)
    uow.announce("scores.made", code=scheme.code, run=row.id, as_of=str(as_of))
    uow.audit("score.run", f"scheme:{scheme.code}:{scheme.version}", run=row.id, as_of=str(as_of))
    return Finished(run=run_by_id(uow, row.id), reckoned=reckoned)


def _snapshot(command: RunScheme, reckoned: Sequence[Reckoned]) -> bytes:
    """The hash of what was looked at; classes kept from before are looked at too."""
    earlier = b"".join(np.ascontiguousarray(one.before_rank).tobytes() for one in reckoned)
    return snapshot_of(command.scheme, days_of(command.as_of), command.sets, earlier)


def ranks_before(uow: UnitOfWork, scheme: Scheme, as_of: date) -> dict[str, dict[int, int]]:
    """The classes objects had by the newest run before a day, where a scheme may keep them."""
    keeps = {
        kind.name: at
        for at, kind in enumerate(scheme.kinds)
        if any(one.missing is Missing.LAST for one in scheme.indicators_of(kind.name))
    }
    last = uow.session.execute(_LAST, {"code": scheme.code, "as_of": as_of}).first()
    if not keeps or last is None:
        return {}
    found = {}
    for name, at in keeps.items():
        rows = uow.session.execute(_BEFORE, {"run": last.id, "kind": at})
        found[name] = {row.object_id: row.adjusted for row in rows}
    return found


def run_now(uow: UnitOfWork, code: str, as_of: date, *, note: str = "") -> Finished:
    """Gather and run the version of a scheme that is in force on a day.

    Refuses: NotPermitted, UnknownScheme, NotInForce, ColumnWrong.
    """
    scheme = scheme_in_force(uow, code, as_of).scheme
    sets = sets_of(uow, scheme, as_of)
    return run_scheme(uow, RunScheme(scheme=scheme, as_of=as_of, sets=sets, note=note))
