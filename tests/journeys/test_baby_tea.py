"""巴伐利亚婴儿茶：九家企业、十六笔交货、两批成品，资料残缺，仍能追到全部初级生产者。

The baby-tea outbreak: nine firms in seven countries, sixteen deliveries, two finished lots made at
one processor. Dates are partial, lots missing, quantities as people wrote them; both finished lots
must still be traced to every primary producer, and one lot of camomile to both of them.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from support.people import bearer_of, uscc_numbered

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "baby-tea"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the data lies beside the repository")


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / f"{name}.csv").read_text("utf-8").splitlines()))


def partial(text: str) -> str | None:
    """``9/2018``, ``End 2022``, ``21/1/2019`` as ISO 8601, cut where knowledge ends."""
    parts = re.findall(r"\d+", text)
    if not parts:
        return None
    return "-".join([parts[-1], *(part.zfill(2) for part in reversed(parts[:-1]))])


class Outbreak:
    """The three tables, and what they imply about who stands upstream of whom."""

    def __init__(self) -> None:
        self.stations = {row["station"]: row for row in rows("stations")}
        self.deliveries = {row["delivery"]: row for row in rows("deliveries")}
        self.fed_by: dict[str, set[str]] = defaultdict(set)
        for relation in rows("relations"):
            self.fed_by[relation["delivery_out"]].add(relation["delivery_in"])
        self.uscc = {
            station: uscc_numbered(index) for index, station in enumerate(self.stations, start=700)
        }

    def makers_of(self, delivery: str) -> set[str]:
        """Stations at the far end of everything that went into a delivery."""
        inputs = self.fed_by[delivery]
        if not inputs:
            return {self.deliveries[delivery]["from"]}
        return set().union(*(self.makers_of(each) for each in inputs))

    def origin_of(self, delivery: str) -> str:
        """Who made the lot of a delivery: back along deliveries of the same product and lot."""
        mine = self.deliveries[delivery]
        for each in self.fed_by[delivery]:
            theirs = self.deliveries[each]
            if (theirs["product"], theirs["lot"]) == (mine["product"], mine["lot"]):
                return self.origin_of(each)
        return mine["from"]

    def lot(self, delivery: str, *, stated: bool) -> dict[str, Any]:
        row = self.deliveries[delivery]
        named: dict[str, Any] = {"product": row["product"]}
        if row["lot"]:
            named["lot"] = row["lot"]
        if made := partial(row["production_date"]):
            named["produced_on"] = made
        if best := partial(row["best_before"]):
            named["expires_on"] = best
        if stated:
            named["producer"] = {"uscc": self.uscc[self.origin_of(delivery)]}
        return named

    def filings(self, *, stated: bool) -> Iterator[tuple[str, dict[str, Any]]]:
        """(station, entry) for both sides of every delivery and for both transformations."""
        for number, row in self.deliveries.items():
            lot = self.lot(number, stated=stated)
            shared = {
                "lot": lot,
                "quantity": row["quantity"],
                "unit": row["unit"],
                "document": number,
            }
            yield (
                row["from"],
                {
                    "kind": "dispatch",
                    "to": {"uscc": self.uscc[row["to"]]},
                    "at": row["dispatched"],
                    **shared,
                },
            )
            yield (
                row["to"],
                {
                    "kind": "receipt",
                    "from": {"uscc": self.uscc[row["from"]]},
                    "at": row["arrived"],
                    **shared,
                },
            )
        for out, row in self.deliveries.items():
            inputs = [
                each
                for each in self.fed_by[out]
                if self.deliveries[each]["product"] != row["product"]
            ]
            if inputs:
                yield (
                    row["from"],
                    {
                        "kind": "transformation",
                        "at": partial(row["production_date"]),
                        "inputs": [
                            {"lot": self.lot(each, stated=stated), "quantity": "5", "unit": "kg"}
                            for each in inputs
                        ],
                        "outputs": [
                            {
                                "lot": self.lot(out, stated=stated),
                                "quantity": row["quantity"],
                                "unit": "kg",
                            }
                        ],
                    },
                )


@pytest.fixture(params=[True, False], ids=["producer stated", "producer not stated"])
def stated(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def outbreak(client: FlaskClient, stated: bool) -> Outbreak:
    """The whole outbreak filed through the API, each firm with its own key."""
    told = Outbreak()
    registrar = bearer_of(client, "registrar")
    for station, row in told.stations.items():
        answer = client.post(
            "/api/v1/subjects",
            headers=registrar,
            json={
                "uscc": told.uscc[station],
                "name": row["name"],
                "kinds": ["farm"],
                "address": f"{row['address']}, {row['country']}",
            },
        )
        assert answer.status_code == 201, answer.text
    by_station: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for station, entry in told.filings(stated=stated):
        by_station[station].append(entry)
    for station, entries in by_station.items():
        answer = client.post(
            "/api/v1/filings",
            headers=bearer_of(client, "operator", told.uscc[station]),
            json={"filing_key": f"tea-{station}", "entries": entries},
        )
        assert answer.status_code == 201, answer.text
        assert answer.get_json()["accepted"] == len(entries)
    return told


@pytest.fixture
def traced(client: FlaskClient, stated: bool) -> Callable[..., dict[str, Any]]:
    """Trace as an inspector."""

    def look(product: str, lot: str, **more: str) -> dict[str, Any]:
        answer = client.get(
            "/api/v1/trace",
            headers=bearer_of(client, "inspector"),
            query_string={"code": product, "lot": lot, **more},
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.get_json()
        return found

    return look


def codes(trace: dict[str, Any]) -> set[str]:
    return {holder["operator"]["uscc"] for holder in trace["holders"]}


@pytest.mark.parametrize("lot", ["BabDE03", "BabDE07"])
def test_a_finished_lot_leads_to_every_primary_producer(
    outbreak: Outbreak, traced: Callable[..., dict[str, Any]], lot: str
) -> None:
    number = next(n for n, row in outbreak.deliveries.items() if row["lot"] == lot)
    found = traced("Naturmädel: Babys Erster", lot, direction="up")
    assert {outbreak.uscc[each] for each in outbreak.makers_of(number)} <= codes(found)
    assert found["complete"] is True


def test_camomile_leads_to_both_finished_lots_and_their_holder(
    outbreak: Outbreak, traced: Callable[..., dict[str, Any]]
) -> None:
    found = traced("Dried organic camomille flowers", "DC 17", direction="down")
    lots = {holder["lot"]["lot"] for holder in found["holders"]}
    assert {"DC 17", "BabDE03", "BabDE07"} <= lots
    assert outbreak.uscc["-880266550"] in codes(found)


def test_partial_dates_stay_partial(client: FlaskClient, outbreak: Outbreak) -> None:
    answer = client.get(
        "/api/v1/trace",
        headers=bearer_of(client, "inspector"),
        query_string={"code": "Organic dried rose hip peels", "lot": "R31", "direction": "down"},
    )
    assert answer.get_json()["root"]["produced_on"] == "2017-10"
