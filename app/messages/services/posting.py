"""Letters on their way: taken for a while, sent by the job, and noted as sent or to be repeated.

What was taken and not noted is taken again after a while under the same number of its posting: a
sender that dies between sending and noting sends the same letter twice, never another one.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select, text, update

from app.messages.model import AddressRow, LetterRow, MessageRow
from app.messages.rules import letters as written
from app.messages.rules import times
from app.messages.terms import Outgoing
from ledger.kernel.uow import UnitOfWork

ADDRESSES_AT_ONCE = 50
_LETTERS_AT_ONCE = 2_000
_DUE = text("""
    SELECT a.id FROM message_address a
    WHERE a.id IN (
        SELECT address_id FROM message_letter WHERE state = 'waiting' AND due_at <= :now
        ORDER BY due_at LIMIT :letters)
    ORDER BY a.id LIMIT :addresses FOR UPDATE SKIP LOCKED
""")
_SENT = text("""
    SELECT address_id, count(DISTINCT posting) AS sent, max(done_at) AS last FROM message_letter
    WHERE address_id = ANY(CAST(:addresses AS integer[])) AND done_at > :since AND state = 'sent'
    GROUP BY address_id
""")


def take_letters(
    uow: UnitOfWork, house: written.House, channels: Collection[str]
) -> list[Outgoing]:
    """Take what is due for some addresses; nobody else takes it for the next five minutes.

    What is due for one address is one letter. An address that had its number of letters today
    gets what is urgent once an hour; what no longer has anywhere to go is dropped.
    """
    asked = {"now": uow.now, "letters": _LETTERS_AT_ONCE, "addresses": ADDRESSES_AT_ONCE}
    ids = list(uow.session.scalars(_DUE, asked))
    if not ids:
        return []
    most = uow.parameters.number("messages.letters_a_day", uow.today)
    since = uow.now - timedelta(days=1)
    sent = {
        row.address_id: (row.sent, row.last)
        for row in uow.session.execute(_SENT, {"addresses": ids, "since": since})
    }
    taken: list[Outgoing] = []
    for row in uow.session.scalars(select(AddressRow).where(AddressRow.id.in_(ids))):
        due = _still_wanted(uow, row, _due_for(uow, row.id), channels)
        held = times.held_until(*sent.get(row.id, (0, None)), uow.now, most)
        taken += _taken(uow, row, due, house, held)
    return taken


def _due_for(uow: UnitOfWork, address_id: int) -> list[tuple[LetterRow, MessageRow]]:
    rows = uow.session.execute(
        select(LetterRow, MessageRow)
        .join(MessageRow, MessageRow.id == LetterRow.message_id)
        .where(
            LetterRow.address_id == address_id,
            LetterRow.done_at.is_(None),
            LetterRow.due_at <= uow.now,
        )
        .order_by(LetterRow.message_id)
        .limit(_LETTERS_AT_ONCE)
    )
    return [(letter, message) for letter, message in rows]


def _still_wanted(
    uow: UnitOfWork,
    address: AddressRow,
    due: Sequence[tuple[LetterRow, MessageRow]],
    channels: Collection[str],
) -> list[tuple[LetterRow, MessageRow]]:
    """What of it still has somewhere to go; all else is dropped."""
    kept = []
    for letter, message in due:
        gone = address.removed_at is not None or address.channel not in channels
        if gone or (address.muted_at is not None and not letter.urgent):
            letter.state, letter.done_at = "dropped", uow.now
        else:
            kept.append((letter, message))
    return kept


def _taken(
    uow: UnitOfWork,
    address: AddressRow,
    due: Sequence[tuple[LetterRow, MessageRow]],
    house: written.House,
    held: Any,
) -> Iterable[Outgoing]:
    groups: dict[str, list[tuple[LetterRow, MessageRow]]] = {}
    fresh = uuid.uuid4().hex
    for letter, message in due:
        if not letter.posting and held is not None:
            letter.due_at = held
            continue
        letter.posting = letter.posting or fresh
        letter.attempts += 1
        letter.due_at = uow.now + times.LEASE
        groups.setdefault(letter.posting, []).append((letter, message))
    for posting, group in groups.items():
        said = [(it.kind, it.params, it.link, it.urgent) for _, it in group]
        to = written.Receiver(id=address.id, address=address.address, language=address.language)
        yield Outgoing(
            posting=posting,
            address_id=address.id,
            channel=address.channel,
            attempts=group[0][0].attempts,
            messages=tuple(it.id for _, it in group),
            letter=written.letter(posting, to, said, house),
        )


def note_sent(uow: UnitOfWork, gone: Outgoing) -> None:
    """Note that a letter has left; the address works."""
    _note(uow, gone, state="sent", done_at=uow.now, said="")
    uow.session.execute(
        update(AddressRow)
        .where(AddressRow.id == gone.address_id, AddressRow.failed_at.is_not(None))
        .values(failed_at=None)
        .execution_options(synchronize_session=False)
    )


def note_failed(uow: UnitOfWork, gone: Outgoing, said: str, *, for_good: bool) -> bool:
    """Note that a letter could not leave; it is tried again later, unless ``for_good`` or often.

    Returns whether it is given up: the person sees on the page that the address fails.
    """
    again = None if for_good else times.letter_again_at(uow.now, gone.attempts)
    if again is not None:
        _note(uow, gone, due_at=again, said=said[:200])
        return False
    _note(uow, gone, state="failed", done_at=uow.now, said=said[:200])
    uow.session.execute(
        update(AddressRow)
        .where(AddressRow.id == gone.address_id)
        .values(failed_at=uow.now)
        .execution_options(synchronize_session=False)
    )
    return True


def _note(uow: UnitOfWork, gone: Outgoing, **values: Any) -> None:
    uow.session.execute(
        update(LetterRow)
        .where(
            LetterRow.address_id == gone.address_id,
            LetterRow.done_at.is_(None),
            LetterRow.posting == gone.posting,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
