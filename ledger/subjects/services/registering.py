"""Registering subjects, one or thousands in the same few statements."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Sequence
from typing import Any

from sqlalchemy import text

from ledger.kernel.errors import Refusal
from ledger.kernel.names import pieces
from ledger.kernel.uow import UnitOfWork
from ledger.subjects import errors, queries, rules
from ledger.subjects.terms import LicenceNamed, PremisesNamed, RegisterSubject, Subject

_INSERT_SUBJECTS = text("""
    INSERT INTO subject (uscc, name, kinds, division, address, contact, phone, gln, registered,
                         bigrams, created_at)
    SELECT uscc, name, kinds, division, address, contact, phone, gln, true, bigrams, :now
    FROM json_to_recordset(CAST(:rows AS json)) AS given (
        uscc text, name text, kinds text[], division text, address text, contact text,
        phone text, gln text, bigrams text[])
    RETURNING uscc, id
""")
_INSERT_LICENCES = text("""
    INSERT INTO licence (subject_id, kind, number, valid_from, valid_to, scope, revoked_on,
                         number_checks)
    SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS given (
        subject_id integer, kind text, number text, valid_from date, valid_to date,
        scope text[], revoked_on date, number_checks boolean)
""")
_INSERT_PREMISES = text("""
    INSERT INTO premises (subject_id, name, address, division, gln)
    SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS given (
        subject_id integer, name text, address text, division text, gln text)
""")
_GLN_OWNERS = text("""
    SELECT gln, id FROM subject WHERE gln <> '' AND gln = ANY(:glns)
    UNION SELECT gln, subject_id FROM premises WHERE gln <> '' AND gln = ANY(:glns)
""")


def register_subject(uow: UnitOfWork, command: RegisterSubject) -> tuple[Subject, bool]:
    """Record a subject; (subject, whether it is new). The same again changes nothing.

    Refuses: what ``rules.cleaned`` refuses, GlnTaken, ExistsDifferently. Announces:
    subject.registered.
    """
    (outcome,) = register_subjects(uow, [command])
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def register_subjects(
    uow: UnitOfWork, commands: Sequence[RegisterSubject]
) -> list[tuple[Subject, bool] | Refusal]:
    """Record many subjects; one outcome per command, and one refused keeps no other back.

    The number of statements does not depend on the number of subjects. Announces:
    subject.registered for each new one.
    """
    read = [_cleaned(command) for command in commands]
    wanted = [it for it in read if isinstance(it, RegisterSubject)]
    known = queries.subjects_by_usccs(uow, [it.uscc for it in wanted])
    refused = _locations_taken(uow, wanted, known)
    fresh = {
        it.uscc: it for it in reversed(wanted) if it.uscc not in known and it.uscc not in refused
    }
    _insert(uow, list(reversed(fresh.values())))
    stored = known | (queries.subjects_by_usccs(uow, fresh) if fresh else {})
    return [_outcome(it, stored, fresh, refused) for it in read]


def settle_subjects(uow: UnitOfWork, commands: Sequence[RegisterSubject]) -> list[int]:
    """The ids of subjects by their USCC; those not on file are registered as they are told.

    For who brings thousands again and again: what is on file is not read, and not compared.
    Refuses: what register_subjects refuses of new ones. Announces: subject.registered.
    """
    ids = queries.ids_by_usccs(uow, [it.uscc for it in commands])
    fresh = [rules.cleaned(it) for it in commands if it.uscc not in ids]
    for refusal in _locations_taken(uow, fresh, ids).values():
        raise refusal
    ids |= _insert(uow, fresh)
    return [ids[it.uscc] for it in commands]


def _cleaned(command: RegisterSubject) -> RegisterSubject | Refusal:
    try:
        return rules.cleaned(command)
    except Refusal as refusal:
        return refusal


def _outcome(
    read: RegisterSubject | Refusal,
    stored: dict[str, Subject],
    fresh: dict[str, RegisterSubject],
    refused: dict[str, Refusal],
) -> tuple[Subject, bool] | Refusal:
    if isinstance(read, Refusal):
        return read
    subject = stored.get(read.uscc)
    if subject is None:
        return refused[read.uscc]
    if fields := rules.differences(read, subject):
        return errors.ExistsDifferently(uscc=read.uscc, fields=list(fields), field=fields[0])
    return subject, fresh.get(read.uscc) is read


def _locations_taken(
    uow: UnitOfWork, wanted: list[RegisterSubject], known: Container[str]
) -> dict[str, Refusal]:
    """Refusals by USCC of new subjects that claim a location number of somebody else."""
    fresh = [it for it in wanted if it.uscc not in known]
    owners: dict[str, str] = {
        number: f"#{owner}" for number, owner in gln_owners(uow, map(rules.locations_of, fresh))
    }
    refused: dict[str, Refusal] = {}
    for command in fresh:
        for number in rules.locations_of(command):
            if owners.setdefault(number, command.uscc) != command.uscc:
                refused.setdefault(command.uscc, errors.GlnTaken(gln=number, field="gln"))
    return refused


def gln_owners(uow: UnitOfWork, locations: Iterable[Iterable[str]]) -> list[tuple[str, int]]:
    """(location number, subject id) of those of the numbers that are on file."""
    glns = sorted({number for numbers in locations for number in numbers})
    if not glns:
        return []
    return [(gln, owner) for gln, owner in uow.session.execute(_GLN_OWNERS, {"glns": glns})]


def _insert(uow: UnitOfWork, commands: list[RegisterSubject]) -> dict[str, int]:
    if not commands:
        return {}
    rows = [_subject_row(command) for command in commands]
    inserted = uow.session.execute(_INSERT_SUBJECTS, {"rows": json.dumps(rows), "now": uow.now})
    ids: dict[str, int] = {row.uscc: row.id for row in inserted}
    insert_licences(uow, [(ids[it.uscc], paper) for it in commands for paper in it.licences])
    insert_premises(uow, [(ids[it.uscc], place) for it in commands for place in it.premises])
    uow.announce_each(
        "subject.registered", [{"subject_id": ids[it.uscc], "uscc": it.uscc} for it in commands]
    )
    uow.audit_each(
        "subject.register", {f"subject:{ids[it.uscc]}": {"uscc": it.uscc} for it in commands}
    )
    return ids


def _subject_row(command: RegisterSubject) -> dict[str, Any]:
    return {
        "uscc": command.uscc,
        "name": command.name,
        "kinds": [kind.value for kind in command.kinds],
        "division": command.division,
        "address": command.address,
        "contact": command.contact,
        "phone": command.phone,
        "gln": command.gln,
        "bigrams": pieces(command.name),
    }


def insert_licences(uow: UnitOfWork, papers: list[tuple[int, LicenceNamed]]) -> None:
    """Put licences on file for subjects by id, in one statement."""
    if not papers:
        return
    rows = [
        {
            "subject_id": subject_id,
            "kind": paper.kind.value,
            "number": paper.number,
            "valid_from": paper.valid_from,
            "valid_to": paper.valid_to,
            "scope": list(paper.scope),
            "revoked_on": paper.revoked_on,
            "number_checks": not rules.licence_number(paper.kind, paper.number).doubts,
        }
        for subject_id, paper in papers
    ]
    uow.session.execute(_INSERT_LICENCES, {"rows": json.dumps(rows, default=str)})


def insert_premises(uow: UnitOfWork, places: list[tuple[int, PremisesNamed]]) -> None:
    """Put premises on file for subjects by id, in one statement."""
    if not places:
        return
    rows = [
        {
            "subject_id": subject_id,
            "name": place.name,
            "address": place.address,
            "division": place.division,
            "gln": place.gln,
        }
        for subject_id, place in places
    ]
    uow.session.execute(_INSERT_PREMISES, {"rows": json.dumps(rows)})
