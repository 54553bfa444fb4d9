"""What who holds a sign says of its grade, and what an officer takes away again."""

from __future__ import annotations

import unicodedata

from sqlalchemy import update

from app.credit.signage import errors
from app.credit.signage.model import SignReplyRow
from app.credit.signage.queries.signs import reply_about, sign_by_number
from app.credit.signage.terms import REASON_MAX, REPLY_MAX, HideReply, SayReply, Sign
from ledger.kernel.uow import UnitOfWork


def say_reply(uow: UnitOfWork, command: SayReply) -> None:
    """Put the holder's own words beside its grade; empty ones take back what was said before.

    Refuses: NotPermitted, UnknownSign, NotYourOperator, ReplyTooLong.
    """
    uow.actor.require("sign.read_own")
    sign = sign_by_number(uow, command.number)
    uow.actor.require_operator(sign.held.subject_id)
    said = _plain(command.text)
    if len(said) > REPLY_MAX:
        raise errors.ReplyTooLong(field="text", most=REPLY_MAX, said=len(said))
    uow.session.add(
        SignReplyRow(
            subject_id=sign.held.subject_id,
            scheme=sign.held.scheme,
            kind=sign.held.kind,
            object_id=sign.held.object_id,
            text=said,
            said_at=uow.now,
            said_by=uow.actor.account_id,
            hidden_why="",
        )
    )
    uow.audit("sign.reply", f"sign:{sign.number}", letters=len(said))


def _plain(text: str) -> str:
    """Words on one or a few lines, without what cannot be seen or turns the writing round."""
    kept = (letter for letter in text if letter == "\n" or unicodedata.category(letter)[0] != "C")
    lines = (" ".join(line.split()) for line in "".join(kept).split("\n"))
    return "\n".join(line for line in lines if line)


def hide_reply(uow: UnitOfWork, command: HideReply) -> Sign:
    """Take a reply off the page, with a reason its author reads.

    Refuses: NotPermitted, ReasonMissing, UnknownSign, NothingSaid.
    """
    uow.actor.require("sign.issue")
    reason = " ".join(command.reason.split())[:REASON_MAX]
    if not reason:
        raise errors.ReasonMissing(field="reason")
    sign = sign_by_number(uow, command.number)
    reply = reply_about(uow, sign.held)
    if reply is None or reply.hidden_at is not None:
        raise errors.NothingSaid(number=sign.number)
    row = SignReplyRow
    uow.session.execute(
        update(row)
        .where(row.subject_id == sign.held.subject_id, row.id == reply.id)
        .values(hidden_at=uow.now, hidden_by=uow.actor.account_id, hidden_why=reason)
    )
    uow.audit("sign.hide_reply", f"sign:{sign.number}", reason=reason)
    return sign
