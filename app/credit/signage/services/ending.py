"""One sign ended by an officer, or replaced by another."""

from __future__ import annotations

from app.credit.signage import errors
from app.credit.signage.queries.signs import sign_by_number, sign_of
from app.credit.signage.services.keeping import end, insert, new_row
from app.credit.signage.terms import REASON_MAX, RenewSign, RevokeSign, Sign, SignState, Standing
from ledger.kernel.uow import UnitOfWork

_HANGING = (SignState.LIVE, SignState.EXPIRED)


def _asked(
    uow: UnitOfWork, number: str, reason: str, states: tuple[SignState, ...]
) -> tuple[Sign, str]:
    uow.actor.require("sign.issue")
    said = " ".join(reason.split())[:REASON_MAX]
    if not said:
        raise errors.ReasonMissing(field="reason")
    sign = sign_by_number(uow, number)
    if sign.state(uow.today) not in states:
        raise errors.SignEnded(number=sign.number)
    return sign, said


def revoke_sign(uow: UnitOfWork, command: RevokeSign) -> Sign:
    """End a sign; its page shows the reason to everybody who scans it.

    Refuses: NotPermitted, ReasonMissing, UnknownSign, SignEnded. Announces: sign.revoked.
    """
    sign, reason = _asked(uow, command.number, command.reason, _HANGING)
    end(uow, [(sign, "", reason)])
    signs = [[sign.held.subject_id, sign.number]]
    uow.announce("sign.revoked", scheme=sign.held.scheme, signs=signs)
    uow.audit("sign.revoke", f"sign:{sign.number}", reason=reason)
    return sign


def renew_sign(uow: UnitOfWork, command: RenewSign) -> str:
    """Replace a sign that is lost or worn, or was revoked, by another; returns its number.

    It says the same; the next keeping puts right what has changed meanwhile. Refuses:
    NotPermitted, ReasonMissing, UnknownSign, SignEnded. Announces: sign.issued.
    """
    sign, reason = _asked(uow, command.number, command.reason, (*_HANGING, SignState.REVOKED))
    if sign_of(uow, sign.held) not in (None, sign):
        raise errors.SignEnded(number=sign.number)
    row = new_row(uow, _as_standing(sign))
    if sign.ended_at is None:
        end(uow, [(sign, row["number"], reason)])
    insert(uow, [row])
    signs = [[sign.held.subject_id, row["number"]]]
    uow.announce("sign.issued", scheme=sign.held.scheme, signs=signs)
    uow.audit("sign.renew", f"sign:{sign.number}", by=row["number"], reason=reason)
    return str(row["number"])


def _as_standing(sign: Sign) -> Standing:
    return Standing(
        held=sign.held,
        version=sign.version,
        class_code=sign.class_code,
        run_id=sign.run_id,
        graded_on=sign.graded_on,
        name=sign.name,
        number=sign.object_number,
        place=sign.place,
    )
