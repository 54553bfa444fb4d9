"""Trying a scheme beside the one in force, on the same facts; only its spread is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import text

from app.credit.scoring import errors
from app.credit.scoring.model import ScoreRunRow
from app.credit.scoring.queries import run_by_id, scheme_by_version, scheme_in_force
from app.credit.scoring.rules.snapshots import result_of, snapshot_of
from app.credit.scoring.rules.spread import classes_of, distribution_of, moves_of
from app.credit.scoring.services.running import ranks_before, reckoned_sets, sets_of
from app.credit.scoring.terms import Reckoned, Run, RunState, Scheme, SchemeView, days_of
from ledger.kernel.uow import UnitOfWork

_EXAMPLES = 40
_NAMES = text("""
    SELECT g.id, coalesce(o.name, p.name, '') AS name FROM unnest(CAST(:ids AS int[])) AS g (id)
    LEFT JOIN score_object o ON o.id = g.id AND :apart
    LEFT JOIN subject p ON p.id = g.id AND NOT :apart
""")


def try_draft(uow: UnitOfWork, code: str, version: str, as_of: date) -> Run:
    """Reckon a version over all its objects, beside the version in force where there is one.

    Keeps how both are spread, how many move from which class to which, and some who do; no scores.
    Refuses: NotPermitted, UnknownScheme, ColumnWrong. Leaves an audit line.
    """
    uow.actor.require("scheme.draft")
    view = scheme_by_version(uow, code, version)
    sets = sets_of(uow, view.scheme, as_of)
    after = reckoned_sets(view.scheme, sets, as_of, ranks_before(uow, view.scheme, as_of))
    beside = _in_force(uow, view, as_of)
    before: Sequence[Reckoned] = ()
    if beside is not None:
        given = sets_of(uow, beside, as_of)
        before = reckoned_sets(beside, given, as_of, ranks_before(uow, beside, as_of))
    row = ScoreRunRow(
        scheme_id=view.id,
        as_of=as_of,
        at=uow.now,
        state=RunState.DRAFT.value,
        objects=sum(len(one.objects.ids) for one in after),
        snapshot=snapshot_of(view.scheme, days_of(as_of), sets),
        result=result_of(after),
        distributions=[asdict(distribution_of(view.scheme, one)) for one in after],
        about=_about(uow, view.scheme, after, beside, before),
        note="",
    )
    uow.session.add(row)
    uow.session.flush()  # its number is given back
    uow.audit("scheme.try", f"scheme:{code}:{version}", run=row.id, as_of=str(as_of))
    return run_by_id(uow, row.id)


def _in_force(uow: UnitOfWork, view: SchemeView, as_of: date) -> Scheme | None:
    try:
        found = scheme_in_force(uow, view.scheme.code, as_of)
    except (errors.UnknownScheme, errors.NotInForce):
        return None
    return None if found.id == view.id else found.scheme


def _about(
    uow: UnitOfWork,
    scheme: Scheme,
    after: Sequence[Reckoned],
    beside: Scheme | None,
    before: Sequence[Reckoned],
) -> dict[str, Any]:
    if beside is None:
        return {}
    moves: Counter[tuple[str, str]] = Counter()
    examples: list[dict[str, Any]] = []
    new = {one.objects.kind: one for one in after}
    for one in before:
        kind = one.objects.kind
        if kind not in new:
            continue
        was, now = classes_of(beside, one), classes_of(scheme, new[kind])
        moves += moves_of(was, now)
        examples += _examples(uow, scheme, new[kind], was, now)
    return {
        "version": beside.version,
        "before": [asdict(distribution_of(beside, one)) for one in before],
        "moves": [[*pair, count] for pair, count in sorted(moves.items())],
        "examples": examples[:_EXAMPLES],
    }


def _examples(
    uow: UnitOfWork, scheme: Scheme, reckoned: Reckoned, was: dict[int, str], now: dict[int, str]
) -> list[dict[str, Any]]:
    """Some who move, those first whom it takes furthest towards the worse."""
    ranks = {one.code: at for at, one in enumerate(scheme.classes)}
    moved = [at for at, code in now.items() if at in was and was[at] != code]
    moved.sort(key=lambda at: (ranks.get(was[at], 0) - ranks.get(now[at], 0), at))
    chosen = moved[:_EXAMPLES]
    kind = reckoned.objects.kind
    said = {"ids": chosen, "apart": kind != "subject"}
    rows = uow.session.execute(_NAMES, said) if chosen else ()
    names = {row.id: row.name for row in rows}
    place = {at: where for where, at in enumerate(reckoned.objects.ids.tolist())}
    return [
        {
            "kind": kind,
            "id": at,
            "name": names.get(at, ""),
            "before": was[at],
            "after": now[at],
            "points": int(reckoned.points[place[at]]),
        }
        for at in chosen
    ]
