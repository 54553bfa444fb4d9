"""Keeping schemes: read whole or refused, one version in force at a time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select, text

from app.credit.scoring import errors
from app.credit.scoring.model import SchemeRow
from app.credit.scoring.queries.schemes import view_of
from app.credit.scoring.rules.reading import Fault, read_scheme, refused
from app.credit.scoring.terms import (
    FACT_SOURCES,
    OBJECT_SOURCES,
    SCHEME_FILES,
    LoadScheme,
    Scheme,
    SchemeState,
    SchemeView,
)
from ledger.kernel.uow import UnitOfWork

_ALONE = text("SELECT pg_advisory_xact_lock(7310025, hashtext(:code))")


def alone(uow: UnitOfWork, code: str) -> None:
    """Let nobody else change or run this scheme until the unit ends."""
    uow.session.execute(_ALONE, {"code": code})


def load_scheme(uow: UnitOfWork, command: LoadScheme) -> SchemeView:
    """Keep a scheme's file, in force from its own day on or as a draft.

    The same text again changes nothing; a draft may be given again with another text, and given
    in force. Refuses: NotPermitted, SchemeRefused with the lines of its faults, VersionTaken,
    KeptInside for a public version of what was kept inside before.
    Announces: scheme.loaded. Leaves an audit line.
    """
    uow.actor.require("scheme.draft")
    scheme = read_scheme(command.text, FACT_SOURCES, OBJECT_SOURCES)
    alone(uow, scheme.code)
    rows = list(
        uow.session.scalars(
            select(SchemeRow).where(SchemeRow.code == scheme.code).order_by(SchemeRow.valid_from)
        )
    )
    row = next((one for one in rows if one.version == scheme.version), None)
    if row is not None and row.state != SchemeState.DRAFT:
        if row.digest != scheme.digest:
            raise errors.VersionTaken(code=scheme.code, version=scheme.version)
        return view_of(row)
    if scheme.public and any(not one.public for one in rows if one.state != SchemeState.DRAFT):
        raise errors.KeptInside(code=scheme.code)
    if command.state is SchemeState.IN_FORCE:
        _make_room(scheme, [one for one in rows if one.state == SchemeState.IN_FORCE])
    if row is None:
        row = SchemeRow(code=scheme.code, version=scheme.version)
        uow.session.add(row)
    _fill(uow, row, scheme, command)
    uow.session.flush()  # its number is given to who loads it
    uow.announce("scheme.loaded", code=scheme.code, version=scheme.version, state=row.state)
    uow.audit("scheme.load", f"scheme:{scheme.code}:{scheme.version}", state=row.state)
    return view_of(row)


def _fill(uow: UnitOfWork, row: SchemeRow, scheme: Scheme, command: LoadScheme) -> None:
    row.trade, row.public = scheme.trade, scheme.public
    row.valid_from, row.valid_to = scheme.valid_from, scheme.valid_to
    row.state, row.text, row.digest = command.state.value, command.text, scheme.digest
    row.loaded_at, row.account_id = uow.now, uow.actor.account_id


def _make_room(scheme: Scheme, others: Iterable[SchemeRow]) -> None:
    """End the version this one replaces on the day it begins; any other overlap is refused."""
    for other in others:
        ends = scheme.valid_to is not None and scheme.valid_to <= other.valid_from
        begins = other.valid_to is not None and other.valid_to <= scheme.valid_from
        if ends or begins:
            continue
        if other.version == scheme.replaces and other.valid_from < scheme.valid_from:
            other.valid_to = scheme.valid_from
            continue
        said = {"version": other.version, "since": str(other.valid_from)}
        line = scheme.lines.get("scheme.valid_from", 1)
        raise refused([Fault(line, errors.TwoInForce.code, said)])


def end_scheme(uow: UnitOfWork, code: str, version: str, on: date) -> SchemeView:
    """Let a version be in force until a day, which is the first it is not.

    Refuses: NotPermitted, UnknownScheme. Leaves an audit line.
    """
    uow.actor.require("scheme.draft")
    alone(uow, code)
    row = uow.session.scalar(
        select(SchemeRow).where(SchemeRow.code == code, SchemeRow.version == version)
    )
    if row is None:
        raise errors.UnknownScheme(code=code)
    row.valid_to = on
    uow.audit("scheme.end", f"scheme:{code}:{version}", on=str(on))
    return view_of(row)


def adopt_schemes(uow: UnitOfWork, codes: Iterable[str] = ()) -> tuple[SchemeView, ...]:
    """Load the scheme files that come with the program and are not in the store yet.

    ``codes``: those only. A code the store has any version of is left alone: whoever runs the
    system decides what is in force.
    """
    wanted = set(codes)
    known = set(uow.session.scalars(select(SchemeRow.code).distinct()))
    found = []
    for path in SCHEME_FILES.values():
        said = path.read_text("utf-8")
        code = read_scheme(said).code
        if code not in known and (not wanted or code in wanted):
            found.append(load_scheme(uow, LoadScheme(text=said)))
    return tuple(found)
