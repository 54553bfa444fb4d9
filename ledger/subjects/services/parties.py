"""Recognising the parties a filing names, thousands in the same few statements."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import text

from ledger.kernel.errors import Refusal
from ledger.kernel.names import pieces, tidy
from ledger.kernel.statements import Prepared, numbers
from ledger.kernel.uow import UnitOfWork
from ledger.subjects import errors, rules
from ledger.subjects.rules import NamedBy
from ledger.subjects.terms import Party

CONSUMERS = 0
Named = tuple[NamedBy, str]

# One branch per way of naming, each repeating its index's condition so that the index is used.
_FIND = Prepared(
    "parties_known",
    "integer[], text[], text[], text[]",
    """
    SELECT 'id', id::text, coalesce(merged_into, id) FROM subject WHERE id = ANY($1)
    UNION ALL SELECT 'uscc', uscc, id FROM subject WHERE uscc <> '' AND uscc = ANY($2)
    UNION ALL SELECT 'gln', gln, id FROM subject WHERE gln <> '' AND gln = ANY($3)
    UNION ALL SELECT 'gln', gln, subject_id FROM premises WHERE gln <> '' AND gln = ANY($3)
    UNION ALL SELECT 'name', party_key, coalesce(merged_into, id) FROM subject
        WHERE party_key <> '' AND party_key = ANY($4)
""",
)
# In the order of the keys: two filings that name the same strangers wait instead of deadlocking.
_OPEN = text("""
    INSERT INTO subject (party_key, name, contact, address, country, bigrams, registered,
                         created_at)
    SELECT party_key, name, contact, address, country, bigrams, false, :now
    FROM json_to_recordset(CAST(:rows AS json)) AS given (
        party_key text, name text, contact text, address text, country text, bigrams text[])
    ORDER BY party_key
    ON CONFLICT (party_key) WHERE party_key <> '' DO NOTHING
""")
_UNKNOWN: dict[NamedBy, tuple[type[Refusal], str]] = {
    NamedBy.ID: (errors.UnknownSubject, "subject"),
    NamedBy.USCC: (errors.UnknownUscc, "uscc"),
    NamedBy.GLN: (errors.UnknownGln, "gln"),
    NamedBy.NAME: (errors.UnknownParty, "name"),
}


def resolve_parties(
    uow: UnitOfWork, parties: Sequence[Party], *, open_unknown: bool
) -> list[int | Refusal]:
    """The subject id of each party, or the refusal that says why there is none.

    Consumers are 0; a merged party is its target; premises resolve to their operator. With
    ``open_unknown`` a party named by name and contact is kept as unregistered when it is new.
    One statement, three when somebody is new, whatever the number of parties; safe beside other
    filings that name the same strangers.

    Refuses per party: PartyUnnamed, the identifiers' refusals, UnknownSubject, UnknownUscc,
    UnknownGln, UnknownParty.
    """
    named = {party: _named(party) for party in set(parties)}
    wanted = {it for it in named.values() if not isinstance(it, Refusal)}
    found = _find(uow, wanted)
    strangers = {
        key[1]: party
        for party, key in named.items()
        if not isinstance(key, Refusal) and key[0] is NamedBy.NAME and key not in found
    }
    if strangers and open_unknown:
        _open(uow, strangers)
        found |= _find(uow, {(NamedBy.NAME, key) for key in strangers})
    return [_answer(party, named[party], found) for party in parties]


def _named(party: Party) -> Named | Refusal:
    try:
        return rules.named_by(party)
    except Refusal as refusal:
        return refusal


def _find(uow: UnitOfWork, wanted: set[Named]) -> dict[Named, int]:
    keys: dict[NamedBy, list[str]] = {way: [] for way in NamedBy}
    for way, key in wanted:
        keys[way].append(key)
    found: dict[Named, int] = {(NamedBy.CONSUMERS, ""): CONSUMERS}
    ways = {"ids": NamedBy.ID, "usccs": NamedBy.USCC, "glns": NamedBy.GLN, "names": NamedBy.NAME}
    given = {name: keys[way] for name, way in ways.items()}
    if any(given.values()):
        ids = numbers(int(key) for key in given["ids"] if int(key) < 2**31)
        codes = (given[name] for name in ("usccs", "glns", "names"))
        for way, key, subject_id in _FIND.rows(uow.session, ids, *codes):
            found[NamedBy(way), key] = subject_id
    return found


def _open(uow: UnitOfWork, strangers: dict[str, Party]) -> None:
    rows = [
        {
            "party_key": key,
            "name": tidy(party.name),
            "contact": tidy(party.contact),
            "address": tidy(party.address),
            "country": tidy(party.country),
            "bigrams": pieces(party.name),
        }
        for key, party in strangers.items()
    ]
    uow.session.execute(_OPEN, {"rows": json.dumps(rows), "now": uow.now})


def _answer(party: Party, named: Named | Refusal, found: dict[Named, int]) -> int | Refusal:
    if isinstance(named, Refusal):
        return named
    if named in found:
        return found[named]
    refusal, param = _UNKNOWN[named[0]]
    said = party.name if named[0] is NamedBy.NAME else named[1]
    return refusal(field=None, **{param: said})
