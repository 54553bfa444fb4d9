"""The API door of libraries."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_smorest import Blueprint

from app.credit.supervision import queries, rules, schemas, services
from app.credit.supervision.terms import LibrariesAsked, SetUpLibrary
from app.doors.api import endpoint
from ledger.kernel.uow import UnitOfWork

blueprint = Blueprint(
    "libraries-api",
    __name__,
    url_prefix="/api/v1/libraries",
    description="Libraries of supervised objects by rules of tags",
)


@endpoint(
    blueprint,
    "",
    loads=schemas.LibrariesQuery,
    location="query",
    needs="library.read",
    answers=schemas.LibrariesAnswer,
    audits="library.search",
)
def libraries(uow: UnitOfWork, asked: LibrariesAsked) -> dict[str, Any]:
    """List libraries by words of their titles, region or attribute."""
    found = queries.libraries_page(uow, asked)
    return {
        "items": [schemas.library_answer(each) for each in found.items],
        "next": None if found.next is None else str(found.next),
        "total": found.total,
    }


@endpoint(
    blueprint,
    "",
    method="POST",
    loads=schemas.SetUpBody,
    needs="library.manage",
    answers=schemas.LibraryAnswer,
    status=201,
)
def set_up(uow: UnitOfWork, command: SetUpLibrary) -> dict[str, Any]:
    """Set up a library of a rule; its members are found within minutes."""
    return schemas.library_answer(services.set_up_library(uow, command))


@endpoint(
    blueprint,
    "/preview",
    method="POST",
    loads=schemas.RuleBody,
    needs="library.manage",
    answers=schemas.RulePreviewAnswer,
)
def preview(uow: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
    """Count whom a rule would take in today."""
    rule = rules.read(body["rule"])
    count, _first = services.preview(uow, rule)
    said = {language: rules.in_words(rule, language) for language in ("zh", "en")}
    return {"members": count, "words": said}


@endpoint(
    blueprint,
    "/<code>",
    needs="library.read",
    answers=schemas.LibraryAnswer,
    audits="library.look_up",
)
def show(uow: UnitOfWork, code: str) -> dict[str, Any]:
    """Show a library with its rule."""
    return schemas.library_answer(queries.library_by_code(uow, code))


@endpoint(
    blueprint,
    "/<code>/members",
    loads=schemas.MembersQuery,
    location="query",
    needs="library.read",
    answers=schemas.LibraryMembersAnswer,
    audits="library.look_up",
)
def members(uow: UnitOfWork, asked: dict[str, Any], code: str) -> dict[str, Any]:
    """List who is in a library, now or as of a day."""
    library = queries.library_by_code(uow, code)
    g.audit_about = f"library:{library.id}"
    found = queries.members_page(uow, library.id, on=asked["on"], after=asked["next"], limit=200)
    return schemas.members_answer(found)


@endpoint(
    blueprint,
    "/<code>/changes",
    needs="library.read",
    answers=schemas.LibraryDaysAnswer,
    audits="library.look_up",
)
def changes(uow: UnitOfWork, code: str) -> dict[str, Any]:
    """List the days on which subjects joined or left a library."""
    library = queries.library_by_code(uow, code)
    return {"items": queries.changes_by_day(uow, library.id)}


@endpoint(
    blueprint,
    "/<code>/snapshots",
    method="POST",
    needs="library.manage",
    answers=schemas.LibrarySnapshotAnswer,
    status=201,
)
def snapshot(uow: UnitOfWork, code: str) -> dict[str, Any]:
    """Keep who is in a library now, with a hash, for a draw."""
    library = queries.library_by_code(uow, code)
    return schemas.snapshot_answer(services.take_snapshot(uow, library.id))
