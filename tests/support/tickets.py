"""A one-ticket pass to a shop, for pages that show one."""

from __future__ import annotations

from datetime import timedelta

from app.food.filing.queries.deliveries import deliveries
from app.food.passes.rules import LETTER
from app.food.passes.services import dispatch_with_pass
from app.food.passes.terms import DispatchWithPass
from ledger.entries.queries import lots_held
from ledger.kernel.ids import sealed_reference
from ledger.kernel.uow import UnitOfWork
from ledger.products.terms import LotNamed
from support.filings import dispatch


def a_ticket(uow: UnitOfWork, shop: int, key: str) -> dict[str, object]:
    """Send a shop more of what waits for it, with a pass; what addresses of pages are made of."""
    line = deliveries(uow, shop)[0].lines[0]
    sent = dispatch(
        shop, lot=LotNamed(lot_id=line.lot_id), quantity="1", unit=line.unit, at=str(uow.today)
    )
    command = DispatchWithPass(operator_id=line.sender_id, filing_key="ticket-1", lines=(sent,))
    number = sealed_reference(LETTER, dispatch_with_pass(uow, command, key), key)
    held = lots_held(uow, shop, uow.today - timedelta(days=60), uow.today)
    return {"ticket": number, "ticket_to_me": number, "lot_weighed": held[0].lot_id}
