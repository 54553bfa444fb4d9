"""The catalogue is loaded from files; what was in force stays as it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select, text, update

from app.credit.records import errors
from app.credit.records.model import AgencyRow, ItemRow
from app.credit.records.queries.catalogue import Catalogue, catalogue
from app.credit.records.rules.catalogue import (
    document_of,
    line_of_item,
    read_catalogue,
    refuse_moved_fields,
)
from app.credit.records.rules.shipped import shared_fields, shipped_agencies, shipped_files
from app.credit.records.terms import AgencyNamed, Item, Loaded
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.services import settle_subjects
from ledger.subjects.terms import RegisterSubject, SubjectKind

_AGENCY = text("""
    INSERT INTO credit_agency (id, subject_id, code, zh, en, kind, level)
    VALUES (:id, :subject_id, :code, :zh, :en, :kind, :level) ON CONFLICT DO NOTHING
""")


def load_catalogue(uow: UnitOfWork, file: str) -> Loaded:
    """Take the items of a file into the catalogue; those that are there already change nothing.

    A new version of an item ends the one before on the day before it begins. Refuses:
    NotPermitted, what ``read_catalogue`` refuses, CatalogueChanged, CatalogueFieldsMoved,
    CatalogueValue, all with the line. Leaves an audit line.
    """
    uow.actor.require("catalogue.manage")
    known = catalogue(uow)
    fresh = [it for it in read_catalogue(file, shared_fields()) if _is_new(known, it, file)]
    for item in sorted(fresh, key=lambda it: (it.id, it.version)):
        _take(uow, catalogue(uow), item, file)
    total = len(read_catalogue(file, shared_fields()))
    if fresh:
        uow.audit("catalogue.load", "catalogue", items=[f"{it.code}:{it.version}" for it in fresh])
    return Loaded(items=len(fresh), known=total - len(fresh))


def load_shipped(uow: UnitOfWork) -> Loaded:
    """Load the catalogue that comes with the code, and its agencies as subjects.

    Refuses: NotPermitted. Announces: subject.registered for agencies that are new.
    """
    done = [load_catalogue(uow, text) for text in shipped_files()]
    agencies = load_agencies(uow, shipped_agencies())
    items, known = sum(one.items for one in done), sum(one.known for one in done)
    return Loaded(items=items, known=known, agencies=agencies)


def load_agencies(uow: UnitOfWork, named: Sequence[AgencyNamed]) -> int:
    """Put agencies on the list; those whose code has no subject yet are registered.

    How many are new. Refuses: NotPermitted. Announces: subject.registered.
    """
    uow.actor.require("catalogue.manage")
    known = set(uow.session.scalars(select(AgencyRow.code)))
    fresh = [one for one in named if one.code not in known]
    commands = [
        RegisterSubject(uscc=it.uscc, name=it.zh, kinds=(SubjectKind.OTHER,), division=it.division)
        for it in fresh
    ]
    for one, subject_id in zip(fresh, settle_subjects(uow, commands), strict=True):
        said = {name: getattr(one, name) for name in ("id", "code", "zh", "en", "level")}
        uow.session.execute(_AGENCY, {**said, "kind": one.kind.value, "subject_id": subject_id})
    return len(fresh)


def _is_new(known: Catalogue, item: Item, file: str) -> bool:
    """Whether a version is not in the catalogue yet. Refuses: CatalogueChanged."""
    line = line_of_item(file, item.code, item.version)
    number = known.numbers.get(item.code, item.id)
    taken = known.versions.get(item.id)
    if number != item.id or (taken and taken[-1].code != item.code):
        raise errors.CatalogueValue(line=line, key="id", value=str(item.id))
    for one in taken or ():
        if one.version == item.version:
            before, now = document_of(one), document_of(item)
            for wording in ("valid_to", "source"):  # how a source is cited changes no record
                before.pop(wording)
                now.pop(wording)
            if before != now:
                raise errors.CatalogueChanged(line=line, code=item.code, version=item.version)
            return False
    return True


def _take(uow: UnitOfWork, known: Catalogue, item: Item, file: str) -> None:
    line = line_of_item(file, item.code, item.version)
    before = known.versions.get(item.id)
    if before:
        last = before[-1]
        if item.version <= last.version or item.valid_from <= last.valid_from:
            raise errors.CatalogueValue(line=line, key="version", value=str(item.version))
        refuse_moved_fields(last, item, line)
        ends = min(item.valid_from - timedelta(days=1), last.valid_to or item.valid_from)
        uow.session.execute(
            update(ItemRow)
            .where(ItemRow.id == last.id, ItemRow.version == last.version)
            .values(valid_to=ends)
        )
    row = ItemRow(
        id=item.id,
        version=item.version,
        code=item.code,
        document=document_of(item),
        valid_from=item.valid_from,
        valid_to=item.valid_to,
        loaded_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()  # the next version of the same file is compared with this one
