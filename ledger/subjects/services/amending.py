"""Changing what is on file about a subject, with the old values kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select

from ledger.kernel.names import pieces
from ledger.kernel.uow import UnitOfWork
from ledger.subjects import errors, queries, rules
from ledger.subjects.model import LicenceRow, PremisesRow, SubjectChangeRow, SubjectRow
from ledger.subjects.services.registering import gln_owners, insert_licences, insert_premises
from ledger.subjects.terms import (
    AmendSubject,
    LicenceNamed,
    MergeSubject,
    PremisesNamed,
    Subject,
    SubjectStatus,
)

_TEXTS: dict[str, Callable[[Any], Any]] = {
    "name": lambda said: rules.clean_name(said, "name"),
    "kinds": lambda said: [kind.value for kind in rules.clean_kinds(said)],
    "division": lambda said: rules.clean_division(said, "division"),
    "gln": lambda said: rules.clean_gln(said, "gln"),
    "address": lambda said: rules.clean_text(said, "address"),
    "contact": lambda said: rules.clean_text(said, "contact"),
    "phone": lambda said: rules.clean_text(said, "phone"),
    "country": lambda said: rules.clean_text(said, "country"),
    "status": lambda said: SubjectStatus(said).value,
}
AMENDABLE = frozenset({*_TEXTS, "licences", "premises"})


def amend_subject(uow: UnitOfWork, command: AmendSubject) -> Subject:
    """Change named fields of a subject; the old values go to its history and stay searchable.

    A change to what is on file already changes nothing. Refuses: UnknownUscc, NotAmendable,
    what ``rules.cleaned`` refuses, GlnTaken. Announces: subject.amended.
    """
    uscc = rules.clean_uscc(command.uscc, "uscc")
    for name in command.changes:
        if name not in AMENDABLE:
            raise errors.NotAmendable(field=name, name=name)
    row = uow.session.scalars(
        select(SubjectRow).where(SubjectRow.uscc == uscc, SubjectRow.uscc != "").with_for_update()
    ).one_or_none()
    if row is None:
        raise errors.UnknownUscc(uscc=uscc, field="uscc")
    changed = _Changed()
    _amend_fields(uow, row, command.changes, changed)
    _amend_papers(uow, row, command.changes, changed)
    if changed.after:
        _keep(uow, row.id, changed, command.reason)
        uow.announce("subject.amended", subject_id=row.id, fields=sorted(changed.after))
        uow.audit("subject.amend", f"subject:{row.id}", fields=sorted(changed.after))
    uow.session.flush()
    return queries.subject_by_id(uow, row.id)


class _Changed:
    """What one amendment changed, in words that JSON can hold."""

    def __init__(self) -> None:
        self.before: dict[str, Any] = {}
        self.after: dict[str, Any] = {}

    def note(self, name: str, before: Any, after: Any) -> None:
        """Remember the old and new value of a field."""
        self.before[name] = before
        self.after[name] = after


def _keep(uow: UnitOfWork, subject_id: int, changed: _Changed, reason: str) -> None:
    uow.session.add(
        SubjectChangeRow(
            subject_id=subject_id,
            at=uow.now,
            account_id=uow.actor.account_id,
            before=changed.before,
            after=changed.after,
            reason=reason.strip(),
        )
    )


def _amend_fields(
    uow: UnitOfWork, row: SubjectRow, changes: dict[str, object], changed: _Changed
) -> None:
    for name, clean in _TEXTS.items():
        if name not in changes:
            continue
        after, before = clean(changes[name]), getattr(row, name)
        if after == before:
            continue
        if name == "gln":
            _refuse_taken(uow, row.id, [after])
        changed.note(name, before, after)
        setattr(row, name, after)
    if "name" in changed.after:
        row.bigrams = sorted({*row.bigrams, *pieces(row.name)})


def _refuse_taken(uow: UnitOfWork, subject_id: int, glns: list[str]) -> None:
    for number, owner in gln_owners(uow, [[number for number in glns if number]]):
        if owner != subject_id:
            raise errors.GlnTaken(gln=number, field="gln")


def _amend_papers(
    uow: UnitOfWork, row: SubjectRow, changes: dict[str, object], changed: _Changed
) -> None:
    papers: Any = changes.get("licences", ())
    places: Any = changes.get("premises", ())
    if papers:
        _amend_licences(uow, row.id, rules.clean_licences(papers), changed)
    if places:
        cleaned = rules.clean_premises(places)
        _refuse_taken(uow, row.id, [place.gln for place in cleaned])
        _amend_premises(uow, row.id, cleaned, changed)


def _amend_licences(
    uow: UnitOfWork, subject_id: int, papers: tuple[LicenceNamed, ...], changed: _Changed
) -> None:
    rows = uow.session.scalars(select(LicenceRow).where(LicenceRow.subject_id == subject_id)).all()
    on_file = {(row.kind, row.number, row.valid_from): row for row in rows}
    new = []
    before, after = [], []
    for paper in papers:
        row = on_file.get((paper.kind.value, paper.number, paper.valid_from))
        if row is None:
            new.append((subject_id, paper))
            after.append(_paper_said(paper))
        elif (row.valid_to, tuple(row.scope), row.revoked_on) != _put_right(paper):
            before.append(_row_said(row))
            row.valid_to, row.revoked_on, row.scope = (
                paper.valid_to,
                paper.revoked_on,
                list(paper.scope),
            )
            after.append(_paper_said(paper))
    insert_licences(uow, new)
    if after:
        changed.note("licences", before, after)


def _put_right(paper: LicenceNamed) -> tuple[date | None, tuple[str, ...], date | None]:
    return paper.valid_to, paper.scope, paper.revoked_on


def _row_said(row: LicenceRow) -> dict[str, Any]:
    return _said(row.kind, row.number, row.valid_from, row.valid_to) | {
        "scope": list(row.scope),
        "revoked_on": _day(row.revoked_on),
    }


def _paper_said(paper: LicenceNamed) -> dict[str, Any]:
    return _said(paper.kind.value, paper.number, paper.valid_from, paper.valid_to) | {
        "scope": list(paper.scope),
        "revoked_on": _day(paper.revoked_on),
    }


def _said(kind: str, number: str, begins: date | None, ends: date | None) -> dict[str, Any]:
    return {"kind": kind, "number": number, "valid_from": _day(begins), "valid_to": _day(ends)}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _amend_premises(
    uow: UnitOfWork, subject_id: int, places: tuple[PremisesNamed, ...], changed: _Changed
) -> None:
    rows = uow.session.scalars(select(PremisesRow).where(PremisesRow.subject_id == subject_id))
    on_file = {row.name: row for row in rows}
    new = []
    before, after = [], []
    for place in places:
        row = on_file.get(place.name)
        said = {
            "name": place.name,
            "address": place.address,
            "division": place.division,
            "gln": place.gln,
        }
        old = {name: getattr(row, name) for name in said} if row else None
        if old == said:
            continue
        after.append(said)
        if row is None:
            new.append((subject_id, replace(place)))
        else:
            before.append(old)
            row.address, row.division, row.gln = place.address, place.division, place.gln
    insert_premises(uow, new)
    if after:
        changed.note("premises", before, after)


def merge_subject(uow: UnitOfWork, command: MergeSubject) -> Subject:
    """Say that an unregistered party is a registered subject; the book itself is not touched.

    From then on the party's records are read under the subject, and its name finds the subject.
    Refuses: ReasonMissing, UnknownSubject, AlreadyRegistered, AlreadyMerged, UnknownUscc.
    Announces: subject.merged.
    """
    uscc = rules.clean_uscc(command.into_uscc, "into_uscc")
    if not command.reason.strip():
        raise errors.ReasonMissing(field="reason")
    party = uow.session.get(SubjectRow, command.unregistered_id, with_for_update=True)
    if party is None:
        raise errors.UnknownSubject(subject=command.unregistered_id)
    if party.registered:
        raise errors.AlreadyRegistered(name=party.name, uscc=party.uscc)
    if party.merged_into is not None:
        raise errors.AlreadyMerged(name=party.name, into=party.merged_into)
    target = uow.session.scalars(
        select(SubjectRow).where(SubjectRow.uscc == uscc, SubjectRow.uscc != "").with_for_update()
    ).one_or_none()
    if target is None:
        raise errors.UnknownUscc(uscc=uscc, field="into_uscc")
    party.merged_into = target.id
    target.bigrams = sorted({*target.bigrams, *party.bigrams})
    for subject_id in (party.id, target.id):
        changed = _Changed()
        changed.note("merged", None, {"party": party.id, "name": party.name, "into": target.uscc})
        _keep(uow, subject_id, changed, command.reason)
    uow.announce("subject.merged", subject_id=target.id, merged_id=party.id)
    uow.audit("subject.merge", f"subject:{target.id}", party=party.id, reason=command.reason)
    uow.session.flush()
    return queries.subject_by_id(uow, target.id)
