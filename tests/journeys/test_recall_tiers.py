"""一批牛奶含菌超标：厂、批发商、两家店、一家把牛奶做进馒头的饭馆，还有一位没有登记的老林。

乳品厂上午九点知道，通知四层以内所有拿过货的人；店里用手机链接回复，一家不回，老林只能上门。
货从店退到批发商、再退到厂里，召回到了多少，全部从台账算出来。

One lot of milk is contaminated: a dairy, a trader, two shops, a restaurant that worked milk into
buns, and old Lin who is not registered. The dairy knows at nine; all who had the milk are told. A
shop answers on its phone, one stays silent, old Lin must be visited. Goods go back from the shop to
the trader and on to the dairy, and how much came back is reckoned from the ledger alone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from support.filings import a_lot, dispatch, file, receipt
from support.named import a_gtin, a_uscc
from support.people import bearer_of
from support.recall_town import NOTICE, PLAN, Town, a_town
from support.rooms import job_room

from app.doors import seals
from app.food.recalls import jobs, services
from app.food.recalls.rules.links import link_text
from ledger.kernel.actor import SYSTEM

RECALLS = "/api/v1/recalls"
PAPER = {"basis": "食品召回管理办法第三十二条", "document": "结案〔2026〕1号"}


@pytest.fixture
def town(units_of: Any) -> Town:
    with units_of(SYSTEM) as uow:
        return a_town(uow)


class Case:
    """A recall and those who work on it."""

    def __init__(self, client: FlaskClient, said: dict[str, Any]) -> None:
        self.client = client
        self.inspector = bearer_of(client, "inspector")
        self.dairy = bearer_of(client, "operator", a_uscc(1))
        opened = client.post(RECALLS, json=said, headers=self.dairy)
        assert opened.status_code == 201, opened.json
        self.id = opened.json["id"]
        self.address = f"{RECALLS}/{self.id}"

    def step(self, who: dict[str, str], name: str, **said: Any) -> dict[str, Any]:
        body = {"step": name} | said
        done = self.client.post(f"{self.address}/steps", json=body, headers=who)
        assert done.status_code == 200, done.json
        return {**(done.json or {})}

    def shown(self) -> dict[str, Any]:
        return {**(self.client.get(self.address, headers=self.inspector).json or {})}

    def holders(self, only: str = "all") -> dict[str, dict[str, Any]]:
        found = self.client.get(f"{self.address}/holders?only={only}", headers=self.inspector)
        return {one["name"]: one for one in found.json["items"]}


MILK = {
    "code": a_gtin(1),
    "lot": "L1",
    "reason": "大肠菌群超标",
    "known_at": "2026-08-15T09:00:00",
    "hazard": "limit_exceeded",
    "level": 1,
}


def sent_back(uow: Any, sender: int, receiver: int, quantity: str, document: str) -> None:
    """A return in both books, while the lot is stopped."""
    said = {"lot": a_lot("L1"), "quantity": quantity, "document": document, "is_return": True}
    for who, line in ((sender, dispatch(receiver, **said)), (receiver, receipt(sender, **said))):
        assert file(uow, who, line).refused == ()


def test_three_tiers_a_silent_holder_and_one_to_be_visited(
    client: FlaskClient, town: Town, units_of: Any, settings: Any, database: Any, now: Any
) -> None:
    case = Case(client, MILK)
    # 所有层级，包括做进馒头的那部分 / all tiers, with what was worked into buns
    assert {one["tier"] for one in case.holders().values()} == {1, 2}
    assert case.shown()["start_due"] == "2026-08-16T09:00:00+08:00"
    case.step(case.dairy, "planned", items=PLAN)
    told = case.step(case.dairy, "notified", items=NOTICE)
    assert told["finish_due"] == "2026-08-29T00:00:00+08:00"  # 十个工作日 / ten working days

    # 店里没有账号，用链接回答 / the shop has no account and answers through its link
    with units_of(SYSTEM) as uow, client.application.app_context():
        named = services.new_link(uow, case.id, town.shop)
        link = f"{RECALLS}/links/{link_text(named, seals.key())}"
    assert client.get(link).json["holder"]["expected"][0]["on_hand"] == "200"
    counted = {"answer": "counted", "quantity": "200", "unit": "EA", "lot_id": town.lot}
    assert client.post(link, json=counted).status_code == 201
    assert case.shown()["state"] == "in_progress"

    # 一天没有回的提醒，三天没有回的上门 / silent for a day: reminded; for three: visited
    for hours in (25, 49, 73):
        jobs.watch_clocks(job_room(settings, database, now + timedelta(hours=hours)))
    silent = case.holders("visit")
    assert len(silent) == 4
    assert silent["老林"]["reach"] == "visit"
    assert silent["老林"]["contact"] == "13800001234"
    visited = {"answer": "destroyed", "quantity": "50", "unit": "EA", "operator_id": town.stranger}
    said = client.post(f"{case.address}/answers", json=visited, headers=case.inspector)
    assert said.json["via"] == "visit"

    # 货退过两层 / goods go back through two tiers
    with units_of(SYSTEM) as uow:
        sent_back(uow, town.shop, town.trader, "200", "TH-1")
    jobs.look_again(job_room(settings, database, now))
    shop = case.holders()[_name(case, town.shop)]
    assert [one["ratio"] for one in shop["figures"]] == ["1"]
    assert case.shown()["effectiveness"]["ratio"] == "0"  # 还没有到厂里 / not yet at the dairy
    with units_of(SYSTEM) as uow:
        sent_back(uow, town.trader, town.dairy, "200", "TH-2")
    jobs.look_again(job_room(settings, database, now))
    milk = case.shown()["effectiveness"]["whole"][0]
    assert (milk["returned"], milk["base"], milk["ratio"]) == ("200", "860", "0.232558")

    # 结案，批次放行 / closed, and the lot is free again
    case.step(case.dairy, "completed", note="其余已售完")
    case.step(case.dairy, "disposed", method="destroy_centrally", place="环卫处置场",
              at="2026-08-16T10:00:00", reported_at="2026-08-15T10:00:00")  # fmt: skip
    case.step(case.dairy, "summarised", note="已书面报告")
    refused = client.post(f"{case.address}/steps", json={"step": "closed"}, headers=case.dairy)
    assert (refused.status_code, refused.json["code"]) == (403, "recalls.not_yours")
    assert case.step(case.inspector, "closed", **PAPER)["state"] == "closed"
    with units_of(SYSTEM) as uow:
        free = file(uow, town.trader, dispatch(town.corner, lot=a_lot("L1"), quantity="1"))
        assert free.refused == ()


def _name(case: Case, operator: int) -> str:
    return next(name for name, one in case.holders().items() if one["operator_id"] == operator)


def test_one_tier_is_fetched_back_without_a_public_notice(
    client: FlaskClient, town: Town, units_of: Any
) -> None:
    """馒头只送到一家店，还没有卖给消费者：追回，不用公告。

    The buns went to one shop and were not sold to consumers: fetched back, without a public notice.
    """
    baker = bearer_of(client, "inspector")
    said = MILK | {"code": a_gtin(2), "lot": "B1", "kind": "withdrawal", "level": 3}
    opened = client.post(RECALLS, json=said, headers=baker).json
    address = f"{RECALLS}/{opened['id']}"
    page = client.get(f"{address}/holders", headers=baker).json["items"]
    assert [(one["operator_id"], one["tier"]) for one in page if one["tier"]] == [(town.corner, 1)]
    for step in ({"step": "planned", "items": PLAN}, {"step": "notified"}):
        assert client.post(f"{address}/steps", json=step, headers=baker).status_code == 200
    back = {"lot": a_lot("B1", gtin=a_gtin(2), name="牛奶馒头", spec="80g"), "quantity": "300",
            "document": "TH-3", "is_return": True}  # fmt: skip
    with units_of(SYSTEM) as uow:
        assert file(uow, town.corner, dispatch(town.bakery, **back)).refused == ()
        assert services.look_again(uow, opened["id"]) > 0
    shown = client.get(address, headers=baker).json["effectiveness"]
    assert shown["ratio"] == "1"


def test_a_drill_reaches_everybody_on_paper_and_nobody_outside(
    client: FlaskClient, town: Town, units_of: Any
) -> None:
    """演练：同一批货，同样的层级，处处写明是演练；没有人收到通知，货照常流转。

    A drill: the same lot and tiers, marked as a drill; nobody is told and goods go on moving.
    """
    inspector = bearer_of(client, "inspector")
    drill = client.post(RECALLS, json=MILK | {"drill": True}, headers=inspector).json
    assert (drill["drill"], drill["number"][0], drill["holders"]) == (True, "D", 5)
    shop = bearer_of(client, "operator", a_uscc(3))
    assert client.get(f"{RECALLS}/{drill['id']}", headers=shop).status_code == 404
    with units_of(SYSTEM) as uow:
        moved = dispatch(town.corner, lot=a_lot("L1"), quantity="5", document="CK-20")
        assert file(uow, town.shop, moved).refused == ()
