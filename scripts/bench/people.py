"""Who asks: keys for an inspector and for operators of the town, and goods they may speak of."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from app.accounts.services import issue_key
from app.accounts.terms import IssueKey
from app.doors.cli import Shell
from ledger.kernel.actor import Role
from scripts.bench.place import Place

_OPERATORS = text(
    "SELECT s.id, s.uscc FROM subject s WHERE s.uscc <> '' AND s.registered "
    "AND s.merged_into IS NULL AND 'distribution' = ANY(s.kinds) AND EXISTS "
    "(SELECT FROM licence l WHERE l.subject_id = s.id AND l.revoked_on IS NULL "
    "AND l.valid_from <= :today AND l.valid_to > :today) ORDER BY s.id DESC LIMIT :count"
)
_GTINS = text("SELECT gtin FROM product WHERE gtin <> '' ORDER BY id LIMIT :count")


@dataclass(frozen=True, kw_only=True)
class Clerk:
    """An operator and the header with which its machine signs in."""

    uscc: str
    header: str


def inspector(place: Place, shell: Shell, database: str) -> str:
    """The header of an inspector's key, issued once per town."""
    return _header(place, shell, database, None, Role.INSPECTOR)


def clerks(place: Place, shell: Shell, database: str, count: int) -> list[Clerk]:
    """Operators of the town with a key each, issued once per town."""
    return [
        Clerk(
            uscc=uscc,
            header=_header(place, shell, database, operator, Role.OPERATOR),
        )
        for operator, uscc in operators(shell, count)
    ]


def operators(shell: Shell, count: int) -> list[tuple[int, str]]:
    """Some dealers and shops of the town with a licence in force: id and USCC."""
    with shell.unit(read_only=True) as uow:
        found = uow.session.execute(_OPERATORS, {"count": count, "today": uow.today})
        return [(row[0], row[1]) for row in found]


def gtins(shell: Shell, count: int) -> list[str]:
    """Some goods that the book knows."""
    with shell.unit(read_only=True) as uow:
        return list(uow.session.scalars(_GTINS, {"count": count}))


def _header(place: Place, shell: Shell, database: str, operator: int | None, role: Role) -> str:
    kept = place.remembered(database).get("keys", {})
    name = f"{role.value}-{operator or ''}"
    if name not in kept:
        with shell.unit() as uow:
            asked = IssueKey(label=f"bench {name}", role=role, operator_id=operator)
            kept[name] = issue_key(uow, asked)
        place.remember(database, keys=kept)
    return f"Authorization: Bearer {kept[name]}"
