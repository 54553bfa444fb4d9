"""Signs kept true to the grades: issued, issued anew, ended; any number at once."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import text

from app.credit.signage.queries.signs import barred_of, hanging_of
from app.credit.signage.rules.keeping import due, valid_until
from app.credit.signage.terms import (
    GONE,
    LETTERS_OF_NUMBER,
    NUMBER_LENGTH,
    KeepSigns,
    Kept,
    Sign,
    Standing,
)
from ledger.kernel.uow import UnitOfWork

TOLD_AT_ONCE = 500  # signs a fact names
_COLUMNS = """
    subject_id, number, scheme, version, kind, object_id, class_code, run_id, graded_on,
    valid_until, name, object_number, place"""
_INSERT = text(f"""
    INSERT INTO sign ({_COLUMNS}, issued_at, issued_by)
    SELECT {_COLUMNS}, :at, :by FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(
        subject_id int, number text, scheme text, version text, kind text, object_id bigint,
        class_code text, run_id bigint, graded_on date, valid_until date, name text,
        object_number text, place text)
""")  # noqa: S608
_END = text("""
    UPDATE sign s SET ended_at = :at, ended_by = :by, replaced_by = r.instead, reason = r.reason
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(
        subject_id int, number text, instead text, reason text)
    WHERE s.subject_id = r.subject_id AND s.number = r.number AND s.ended_at IS NULL
""")
_ALONE = text("SELECT pg_advisory_xact_lock(7310031, hashtext(:scheme))")


def keep_signs(uow: UnitOfWork, command: KeepSigns) -> Kept:
    """Make the signs of a scheme say what is true now: one hangs for each graded object.

    A sign of another class, name or place than now, or near its last day, is replaced by a new
    one. What an officer revoked stays without until an officer issues it again. Done again it
    changes nothing. Refuses: NotPermitted. Announces: sign.issued,
    sign.revoked, in portions.
    """
    uow.actor.require("sign.issue")
    uow.session.execute(_ALONE, {"scheme": command.scheme})  # two jobs of one run wait in line
    asked = {one.held.subject_id for one in command.standings}
    hanging = hanging_of(uow, command.scheme, None if command.whole else asked)
    found = due(
        hanging,
        command.standings,
        uow.today,
        renew_days=uow.parameters.number("signage.renew_days", uow.today),
        whole=command.whole,
    )
    barred = barred_of(uow, command.scheme) if found.new else frozenset()
    fresh = [new_row(uow, one) for one in found.new if one.held not in barred]
    instead = [new_row(uow, one) for _, one in found.instead]
    ended = [(old, row["number"], "") for (old, _), row in zip(found.instead, instead, strict=True)]
    end(uow, [*ended, *((old, "", GONE) for old in found.gone)])
    insert(uow, [*fresh, *instead])
    _tell(uow, command.scheme, "sign.issued", [*fresh, *instead])
    gone = [{"subject_id": one.held.subject_id, "number": one.number} for one in found.gone]
    _tell(uow, command.scheme, "sign.revoked", gone)
    kept = Kept(issued=len(fresh), replaced=len(instead), revoked=len(found.gone), same=found.same)
    if fresh or instead or found.gone:
        counts = {"issued": kept.issued, "replaced": kept.replaced, "revoked": kept.revoked}
        uow.audit("sign.kept", f"scheme:{command.scheme}", **counts)
    return kept


def new_row(uow: UnitOfWork, standing: Standing) -> dict[str, Any]:
    """The row of a new sign."""
    months = uow.parameters.number("signage.valid_months", uow.today)
    held = standing.held
    return {
        "subject_id": held.subject_id,
        "number": new_number(),
        "scheme": held.scheme,
        "version": standing.version,
        "kind": held.kind,
        "object_id": held.object_id,
        "class_code": standing.class_code,
        "run_id": standing.run_id,
        "graded_on": standing.graded_on.isoformat(),
        "valid_until": valid_until(uow.today, months).isoformat(),
        "name": standing.name,
        "object_number": standing.number,
        "place": standing.place,
    }


def new_number() -> str:
    """A number that nobody can guess."""
    return "".join(secrets.choice(LETTERS_OF_NUMBER) for _ in range(NUMBER_LENGTH))


def insert(uow: UnitOfWork, rows: Sequence[dict[str, Any]]) -> None:
    """Write new signs in one statement."""
    if rows:
        said = {"at": uow.now, "by": uow.actor.account_id, "rows": json.dumps(rows)}
        uow.session.execute(_INSERT, said)


def end(uow: UnitOfWork, signs: Iterable[tuple[Sign, str, str]]) -> None:
    """End signs in one statement: each with the number of what replaces it, and the reason."""
    rows = [
        {
            "subject_id": sign.held.subject_id,
            "number": sign.number,
            "instead": instead,
            "reason": reason,
        }
        for sign, instead, reason in signs
    ]
    if rows:
        said = {"at": uow.now, "by": uow.actor.account_id, "rows": json.dumps(rows)}
        uow.session.execute(_END, said)


def _tell(uow: UnitOfWork, scheme: str, fact: str, rows: Sequence[dict[str, Any]]) -> None:
    for at in range(0, len(rows), TOLD_AT_ONCE):
        some = [[row["subject_id"], row["number"]] for row in rows[at : at + TOLD_AT_ONCE]]
        uow.announce(fact, scheme=scheme, signs=some)
