"""Filing keys: who comes first files, who comes again gets the same answer."""

from __future__ import annotations

from typing import Any

from ledger.entries import errors
from ledger.entries.model import FilingRow
from ledger.entries.queries.filings import filed_from
from ledger.entries.terms import FileColumns, Filed, FileEntries
from ledger.kernel.statements import Prepared, Statement, together
from ledger.kernel.uow import PARAMETERS_MARK, UnitOfWork

KEY_MAX = 200
_LOCK = "SELECT pg_advisory_xact_lock(7310005, hashtext(%s))"
# A filing looks up by keys alone. Plans are made once per connection, maybe on a day when a table
# is so small that reading all of it looks cheap: they have to be as good when it is large. So
# nothing is read from end to end, neither as a table nor along an index to be joined.
# Filings to one lot go one after the other, and a lot may have many filers: each waits its turn for
# as long as a statement may take. The limit for locks is there to find a writer that is stuck, and
# a queue that moves is none. It still holds for the key, which only one client asks for at a time.
_BY_KEYS = """
    SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
        set_config('enable_mergejoin', 'off', true),
        set_config('plan_cache_mode', 'force_generic_plan', true),
        set_config('lock_timeout', '0', true)"""
_COLUMNS = [column.name for column in FilingRow.__table__.columns]
_FIND = Prepared(
    "filing_claimed",
    "integer, text",
    f"""
    SELECT mark.parameters, {", ".join(f"f.{name}" for name in _COLUMNS)}
    FROM (SELECT {PARAMETERS_MARK} AS parameters) AS mark
    LEFT JOIN filing f ON f.operator_id = $1 AND f.filing_key = $2
""",  # noqa: S608
)
_STORE = """
    INSERT INTO filing (operator_id, id, filing_key, content_hash, account_id, source, upload_id,
        first_entry, last_entry, accepted, answer, receipt, filed_at)
    OVERRIDING SYSTEM VALUE
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""


def claim_key(
    uow: UnitOfWork, command: FileEntries | FileColumns, *after: Statement
) -> Filed | None:
    """Take the key for this unit of work, or give the answer it has already been given.

    Two clients with one key at the same moment go one after the other, because the lock lasts
    until the unit ends; a row could not be claimed first, since filings are never changed.
    ``after`` is sent in the same round trip, once the key is taken.
    Refuses: KeyUnreadable, KeyUsedOtherwise.
    """
    key = command.filing_key
    if not key.strip() or len(key) > KEY_MAX or not key.isprintable():
        raise errors.KeyUnreadable(limit=KEY_MAX, field="filing_key")
    _FIND.made_on(uow.session)
    (stored,) = together(
        uow.session,
        (_LOCK, (f"{command.operator_id}\x1f{key}",)),
        (_BY_KEYS, ()),
        *after,
        _FIND.asking(command.operator_id, key),
    )
    uow.take_parameters(stored.parameters)
    if stored.id is None:
        return None
    if bytes(stored.content_hash) != command.content_hash:
        raise errors.KeyUsedOtherwise(
            filing_key=key,
            filed_at=stored.filed_at.isoformat(timespec="minutes"),
            field="filing_key",
        )
    return filed_from(stored, replayed=True)


def filing_stored(number: int, values: dict[str, Any]) -> Statement:
    """The filing with its answer as a statement, under the number it was given."""
    return _STORE, [number if name == "id" else values[name] for name in _COLUMNS]


def store_filing(uow: UnitOfWork, values: dict[str, Any]) -> int:
    """Write the filing with its answer; answers its number."""
    (found,) = together(uow.session, ("SELECT nextval('filing_id_seq')", ()))
    number = int(found[0])
    together(uow.session, filing_stored(number, values))
    return number
