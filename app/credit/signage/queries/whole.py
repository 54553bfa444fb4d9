"""A sign with all that is known of it: its kind, how its object stands, what its holder says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.credit.signage.queries.boards import board_of
from app.credit.signage.queries.present import present_of
from app.credit.signage.queries.signs import reply_about, sign_by_number
from app.credit.signage.rules import statements
from app.credit.signage.terms import Board, Present, Reply, Sign, SignState
from ledger.kernel.uow import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A sign, its kind, how its object stands now, and what its holder says."""

    sign: Sign
    board: Board
    state: SignState
    present: Present | None
    reply: Reply | None

    @property
    def class_now(self) -> str:
        """The class now, empty where there is none."""
        return self.present.class_code if self.present else ""


def whole(uow: UnitOfWork, number: str) -> Whole:
    """Everything about one sign. Refuses: UnknownSign."""
    sign = sign_by_number(uow, number)
    board = board_of(uow, sign.held.scheme)
    return Whole(
        sign=sign,
        board=board,
        state=sign.state(uow.today),
        present=present_of(uow, sign.held, board),
        reply=reply_about(uow, sign.held),
    )


def stated(uow: UnitOfWork, shown: Whole, seed: bytes) -> tuple[str, bytes]:
    """What is stated of a sign, signed, for some hours."""
    hours = uow.parameters.number("signage.statement_hours", uow.today)
    until = uow.now + timedelta(hours=hours)
    said = statements.statement(shown.sign, shown.state, shown.class_now, at=uow.now, until=until)
    return said, statements.signature(said, seed)
