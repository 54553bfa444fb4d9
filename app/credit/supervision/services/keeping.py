"""Setting libraries up, changing their rules, keeping who was in one for draws."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import numpy as np
from sqlalchemy import select

from app.credit.supervision import errors, rules
from app.credit.supervision.model import (
    LibraryChangeRow,
    LibraryMemberRow,
    LibraryRow,
    LibrarySnapshotRow,
)
from app.credit.supervision.queries import library_by_id, snapshot_by_id
from app.credit.supervision.terms import AmendLibrary, Library, SetUpLibrary, Snapshot
from ledger.kernel.uow import UnitOfWork

TITLE_MAX = 60
_CODE = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")


def load_official(uow: UnitOfWork) -> int:
    """Bring the libraries of the official list to what the list says; returns how many changed.

    A library whose rule or title the list has changed keeps the old ones in its history; one that
    is no longer on it ends today. The same list again changes nothing.
    """
    query = select(LibraryRow).where(LibraryRow.official)
    on_file = {row.code: row for row in uow.session.scalars(query)}
    changed = 0
    for each in rules.official_libraries():
        said = {
            "zh": each.zh,
            "en": each.en,
            "region": each.region,
            "industry": each.industry,
            "attribute": each.attribute,
            "rule": rules.document(rules.read(each.rule)),
            "valid_from": each.valid_from,
            "valid_to": None,
            "source": each.source,
            "mark": each.mark,
        }
        row = on_file.pop(each.code, None)
        if row is None:
            uow.session.add(LibraryRow(code=each.code, official=True, **said))
            changed += 1
        else:
            changed += _amended(uow, row, said, rules.version())
    for row in on_file.values():
        if row.valid_to is None:
            changed += _amended(uow, row, {"valid_to": uow.today}, rules.version())
    if changed:
        uow.audit("library.load", "libraries", changed=changed, version=rules.version())
    return changed


def _amended(uow: UnitOfWork, row: LibraryRow, said: dict[str, Any], reason: str) -> bool:
    """Write what differs and keep what was; whether anything does."""
    before = {name: getattr(row, name) for name in said if getattr(row, name) != said[name]}
    if not before:
        return False
    uow.session.add(
        LibraryChangeRow(
            library_id=row.id,
            at=uow.now,
            account_id=uow.actor.account_id,
            before={name: _plain(value) for name, value in before.items()},
            after={name: _plain(said[name]) for name in before},
            reason=reason,
        )
    )
    for name in before:
        setattr(row, name, said[name])
    return True


def _plain(value: Any) -> Any:
    return value if isinstance(value, (dict, str, int)) or value is None else str(value)


def set_up_library(uow: UnitOfWork, command: SetUpLibrary) -> Library:
    """Make a library of a rule; its members are found by its next pass.

    Refuses: NotPermitted, CodeWrong, TitleMissing, CodeTaken. Announces: library.ruled. Leaves an
    audit line.
    """
    uow.actor.require("library.manage")
    zh, en = _titles(command.zh, command.en)
    code = command.code.strip()
    if not _CODE.fullmatch(code):
        raise errors.CodeWrong(field="code")
    if uow.session.scalar(select(LibraryRow.id).where(LibraryRow.code == code)):
        raise errors.CodeTaken(library=code, field="code")
    row = LibraryRow(
        code=code,
        zh=zh,
        en=en,
        rule=rules.document(command.rule),
        official=False,
        valid_from=uow.today,
        source=" ".join(command.source.split())[:200],
    )
    uow.session.add(row)
    uow.session.flush()  # it is answered with its number
    uow.session.refresh(row)
    uow.announce("library.ruled", library_id=row.id)
    uow.audit("library.set_up", f"library:{row.id}", code=code)
    return library_by_id(uow, row.id)


def amend_library(uow: UnitOfWork, command: AmendLibrary) -> Library:
    """Give a library another rule or another title; what was stays in its history.

    Refuses: NotPermitted, UnknownLibrary, OfficialLibrary, TitleMissing, ReasonMissing. Announces:
    library.ruled. Leaves an audit line.
    """
    uow.actor.require("library.manage")
    row = uow.session.get(LibraryRow, command.library_id)
    if row is None:
        raise errors.UnknownLibrary(library=command.library_id)
    if row.official:
        raise errors.OfficialLibrary(library=row.code)
    zh, en = _titles(command.zh, command.en)
    reason = " ".join(command.reason.split())[:200]
    if not reason:
        raise errors.ReasonMissing(field="reason")
    said = {"zh": zh, "en": en, "rule": rules.document(command.rule)}
    if _amended(uow, row, said, reason):
        uow.announce("library.ruled", library_id=row.id)
        uow.audit("library.amend", f"library:{row.id}", reason=reason)
    uow.session.flush()
    return library_by_id(uow, row.id)


def _titles(zh: str, en: str) -> tuple[str, str]:
    titles = tuple(" ".join(title.split())[:TITLE_MAX] for title in (zh, en))
    for name, title in zip(("zh", "en"), titles, strict=True):
        if not title:
            raise errors.TitleMissing(field=name)
    return titles[0], titles[1]


def take_snapshot(uow: UnitOfWork, library_id: int) -> Snapshot:
    """Keep who is in a library now, with the hash of them all, as a draw needs it.

    Refuses: NotPermitted, UnknownLibrary. Leaves an audit line.
    """
    uow.actor.require("library.manage")
    library = library_by_id(uow, library_id)
    query = select(LibraryMemberRow.subject_id).where(
        LibraryMemberRow.library_id == library.id, LibraryMemberRow.to_on.is_(None)
    )
    ids = uow.session.scalars(query.order_by(LibraryMemberRow.subject_id)).all()
    content = np.array(ids, "<i4").tobytes()
    row = LibrarySnapshotRow(
        library_id=library.id,
        taken_at=uow.now,
        account_id=uow.actor.account_id,
        members=len(ids),
        sha256=hashlib.sha256(content).digest(),
        subjects=content,
    )
    uow.session.add(row)
    uow.session.flush()  # it is answered with its number
    uow.audit("library.snapshot", f"library:{library.id}", members=len(ids))
    return snapshot_by_id(uow, row.id)
