"""Addresses of people: added, confirmed from the address itself, muted, removed."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select, update

from app.messages import errors
from app.messages.model import AddressRow, LetterRow, MessageRow
from app.messages.services.telling import tell
from app.messages.terms import LANGUAGES, AddAddress, Carrier, Tell
from ledger.kernel.actor import Role
from ledger.kernel.uow import UnitOfWork

ADDRESSES_MAX = 3  # one at work, one at home, one more
ADDED_A_DAY_MAX = 6  # each sends a letter to whom nobody has asked yet
_OFFICES = frozenset({Role.INSPECTOR, Role.REGISTRAR, Role.CREDIT, Role.AGENCY, Role.ADMIN})
CONFIRM = "address.confirm"


def add_address(uow: UnitOfWork, command: AddAddress, carriers: dict[str, Carrier]) -> int:
    """Note where the actor wants messages; a first letter asks there whether it is right.

    An operator's own people get what their operator is told, an office's what their role is told.
    Refuses: ChannelMissing, AddressUnusable, LanguageUnknown, AddressKnown, TooManyAddresses,
    TooManyTries.
    """
    if command.channel not in carriers:
        raise errors.ChannelMissing(field="channel", channel=command.channel[:20])
    kept = carriers[command.channel].address(command.address)
    if command.language not in LANGUAGES:
        raise errors.LanguageUnknown(field="language", language=command.language[:20])
    _check_room(uow, command.channel, kept)
    who = uow.actor
    row = AddressRow(
        account_id=who.account_id,
        operator_id=who.operator_id if who.role is Role.OPERATOR else None,
        role=who.role.value if who.role in _OFFICES else "",
        channel=command.channel,
        address=kept,
        language=command.language,
        added_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()  # its number goes into the letter
    _ask(uow, row)
    uow.audit("message.address_added", f"address:{row.id}", channel=command.channel)
    return row.id


def _check_room(uow: UnitOfWork, channel: str, kept: str) -> None:
    mine = (AddressRow.account_id == uow.actor.account_id) & AddressRow.removed_at.is_(None)
    known = uow.session.execute(select(AddressRow.channel, AddressRow.address).where(mine)).all()
    if (channel, kept) in {tuple(one) for one in known}:
        raise errors.AddressKnown(field="address", address=kept)
    if len(known) >= ADDRESSES_MAX:
        raise errors.TooManyAddresses(field="address", most=ADDRESSES_MAX)
    today = select(func.count()).where(
        AddressRow.account_id == uow.actor.account_id,
        AddressRow.added_at > uow.now - timedelta(days=1),
    )
    if (uow.session.scalar(today) or 0) >= ADDED_A_DAY_MAX:
        raise errors.TooManyTries(field="address", most=ADDED_A_DAY_MAX)


def _ask(uow: UnitOfWork, row: AddressRow) -> None:
    """Tell the person, and send the same to the new address although it is not confirmed yet."""
    once = f"{CONFIRM}:{row.id}"
    command = Tell(
        kind=CONFIRM,
        account_ids=(row.account_id,),
        params={"address": row.address},
        link="/messages/settings",
        about=f"address:{row.id}",
        urgent=True,
        once_key=once,
    )
    tell(uow, command)
    said = select(MessageRow.id).where(
        MessageRow.once_key == once, MessageRow.account_id == row.account_id
    )
    uow.session.add(
        LetterRow(
            message_id=uow.session.scalar(said),
            address_id=row.id,
            urgent=True,
            due_at=uow.now,
        )
    )
    uow.announce("letter.written", kind=CONFIRM)


def confirm_address(uow: UnitOfWork, address_id: int) -> None:
    """The address says that it is right; from now on messages leave for it.

    Refuses: UnknownAddress.
    """
    row = _address(uow, address_id)
    if row.confirmed_at is None:
        row.confirmed_at = uow.now
        uow.audit("message.address_confirmed", f"address:{row.id}")


def mute_address(uow: UnitOfWork, address_id: int, *, muted: bool) -> None:
    """Send an address only what is urgent, or everything again. Refuses: UnknownAddress."""
    row = _address(uow, address_id)
    row.muted_at = (row.muted_at or uow.now) if muted else None
    uow.audit("message.address_muted" if muted else "message.address_unmuted", f"address:{row.id}")


def remove_address(uow: UnitOfWork, address_id: int) -> None:
    """Forget one of the actor's addresses. Refuses: UnknownAddress."""
    row = own_address(uow, address_id)
    row.address, row.removed_at = "", uow.now
    uow.audit("message.address_removed", f"address:{row.id}")


def forget_person(uow: UnitOfWork, account_id: int) -> None:
    """Forget all addresses of an account that is closed."""
    uow.session.execute(
        update(AddressRow)
        .where(AddressRow.account_id == account_id, AddressRow.removed_at.is_(None))
        .values(address="", removed_at=func.coalesce(AddressRow.removed_at, uow.now))
        .execution_options(synchronize_session=False)
    )


def own_address(uow: UnitOfWork, address_id: int) -> AddressRow:
    """One of the actor's addresses. Refuses: UnknownAddress."""
    row = _address(uow, address_id)
    if row.account_id != uow.actor.account_id:
        raise errors.UnknownAddress(address=address_id)
    return row


def _address(uow: UnitOfWork, address_id: int) -> AddressRow:
    row = uow.session.get(AddressRow, address_id, with_for_update=True)
    if row is None or row.removed_at is not None:
        raise errors.UnknownAddress(address=address_id)
    return row
