"""A box with something in it, an address and a webhook, for pages that show them."""

from __future__ import annotations

from app.messages import services
from app.messages.model import AddressRow, WebhookRow
from app.messages.rules.letters import CONFIRMS, STOPS
from app.messages.terms import Tell
from ledger.kernel.actor import Role
from ledger.kernel.ids import sealed_reference
from ledger.kernel.uow import UnitOfWork


def told_people(uow: UnitOfWork, shop: int, key: str) -> dict[str, object]:
    """Tell a shop and the inspectors something; what the addresses of pages are made of."""
    recall = {"product": "青团", "lot": "L1", "reason": "抽检不合格", "until": uow.now}
    services.tell(
        uow,
        Tell(
            kind="recall.notice",
            params=recall,
            operator_ids=[shop],
            role=Role.INSPECTOR,
            link="/book",
            urgent=True,
        ),
    )
    gap = {"lot": "L1", "until": uow.now}
    services.tell(uow, Tell(kind="trace.request", params=gap, operator_ids=[shop]))
    address = AddressRow(
        account_id=1,
        channel="mail",
        address="shop@example.cn",
        language="zh",
        added_at=uow.now,
    )
    webhook = WebhookRow(
        account_id=1,
        operator_id=shop,
        url="https://erp.example.cn/suyuan/messages",
        nonce=bytes(16),
        added_at=uow.now,
    )
    uow.session.add_all([address, webhook])
    uow.session.flush()
    services.tell(uow, Tell(kind="recall.closed", params={"product": "青团", "lot": "L0"},
                            operator_ids=[shop]))  # fmt: skip
    return {
        "webhook": webhook.id,
        "confirm": sealed_reference(CONFIRMS, address.id, key),
        "stop": sealed_reference(STOPS, address.id, key),
    }
