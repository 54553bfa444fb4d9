"""The benches of credit from one end to the other, on a city of some thousand subjects."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.town.rules.credit_city import CITY, CreditSize, record_blocks
from scripts.bench import grading, records
from scripts.bench.credit import BASE, credit_city
from scripts.bench.place import opened
from scripts.bench.timing import Effort
from scripts.bench.town import LAST_DAY

SIZE = CreditSize(subjects=1_500, production=20, sales=250, catering=200)
LITTLE = Effort(repetitions=1, seconds=0.05)
pytestmark = pytest.mark.slow


def quiet(_said: str) -> None:
    pass


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("credit")) as it:
        yield it


def test_the_city_has_the_operators_of_the_seed():
    assert (CITY.subjects, CITY.food) == (744_000, 85_070)


def test_a_block_is_the_same_whenever_it_is_made():
    first, second = (next(record_blocks(SIZE, LAST_DAY, 9, 50)) for _ in range(2))
    assert (first.item, first.days, first.columns) == (second.item, second.days, second.columns)
    assert first.places.tolist() == second.places.tolist()
    assert max(first.places) < SIZE.subjects


def test_records_are_taken_in_and_looked_at_at_two_sizes(place, monkeypatch):
    monkeypatch.setattr(records, "MILLION", 1_000)
    sizes = {"size": SIZE, "intake_rows": 400, "block_rows": 500}
    report = records.Bench(place=place, records=2_000, told=quiet, effort=LITTLE, **sizes).run()
    intake = next(one for one in report.results if one.name == "intake")
    assert intake.ratio_to == "raw_copy"
    assert all(one.value > 0 for one in report.results)
    assert {"page_p50", "page_p99", "page_growth"} <= {one.name for one in report.results}
    assert not place.has("bench_intake")
    with place.as_admin("bench_records") as admin:
        everyday = text(
            "SELECT count(*) FROM credit_record r JOIN credit_item i ON i.id = "
            "r.item_id WHERE i.code NOT LIKE '%food%'"
        )
        assert admin.scalar(everyday) == 2_000
    assert credit_city(place, quiet, SIZE).database == BASE


def test_the_city_is_graded_with_its_explanations(place):
    report = grading.Bench(place=place, told=quiet, effort=LITTLE, size=SIZE).run()
    assert report.entries == SIZE.food
    assert {one.name for one in report.results} == {"graded", "rate"}
    assert not place.has("bench_grading")
