"""All benches from one end to the other, on a town of a few thousand rows with few firms."""

from __future__ import annotations

import json

import numpy as np
import pytest

from app.town import services as town
from app.town.rules.city import OPERATORS
from scripts.bench import file, http, ingest, proof, recheck, trace
from scripts.bench.machine import machine_facts
from scripts.bench.place import opened
from scripts.bench.run import BENCHES, Wanted, chosen
from scripts.bench.targets import TARGETS
from scripts.bench.timing import Effort
from scripts.bench.town import own_town

ROWS = 4_000
FIRMS = 300
LITTLE = Effort(repetitions=1, seconds=0.1)
pytestmark = pytest.mark.slow


def quiet(_said: str) -> None:
    pass


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Servers of our own, with a firm in the part of many: the whole city's take a minute."""
    with opened(tmp_path_factory.mktemp("bench")) as it:
        it.make("bench_firms")
        it.migrate("bench_firms")
        with it.shell("bench_firms") as shell, shell.unit() as uow:
            few = town.settle_city_firms(uow, OPERATORS // 2, FIRMS)
        it.remember("bench_firms", ids=np.resize(few, OPERATORS).tolist())
        yield it


@pytest.fixture(scope="module")
def loaded(place):
    report = ingest.Bench(place=place, entries=ROWS, told=quiet, effort=LITTLE).run()
    return report, own_town(place, ROWS, quiet)


def test_ingest_leaves_a_town_and_measures_it_whole(place, loaded):
    report, found = loaded
    names = {one.name for one in report.results}
    assert {"town", "town_two_writers", "raw_copy", "naive", "bytes_total", "bytes_heap"} <= names
    assert report.value("town") > 0
    assert next(one for one in report.results if one.name == "town").ratio_to == "raw_copy"
    assert abs(found.rows - ROWS) < 50
    assert not place.has("bench_ingest")
    assert not place.has("bench_rivals")


def test_a_town_that_is_there_is_not_loaded_again(place, loaded):
    def never(said: str) -> None:
        raise AssertionError(said)

    assert own_town(place, ROWS, never) == loaded[1]


def test_trace_agrees_with_every_rival(place, loaded, tmp_path):
    kept = tmp_path / "trace.jsonl"
    report = trace.Bench(place=place, town=loaded[1], results=kept, effort=LITTLE).run()
    equal = next(one for one in report.results if one.name == "lots_equal")
    assert str(int(equal.value)) in equal.en
    assert report.value("small_p50") > 0
    assert report.value("small_naive_p50") > 0
    assert not place.has("bench_rivals")


def test_growth_is_against_the_last_million(tmp_path):
    path = tmp_path / "trace.jsonl"
    lines = [(1_000_000, 2.0), (10_000_000, 9.0), (1_000_100, 3.0)]
    said = [
        {"entries": rows, "results": [{"name": "typical_p50", "value": value}]}
        for rows, value in lines
    ]
    assert trace.typical_at_a_million(path) is None
    path.write_text("\n".join(json.dumps(one) for one in said))
    assert trace.typical_at_a_million(path) == 3.0


def test_http_measures_ours_and_bare_flask(place, loaded, tmp_path):
    report = http.Bench(place=place, town=loaded[1], results=tmp_path, effort=LITTLE).run()
    names = {one.name for one in report.results}
    assert {"scan_page", "code_look_up", "hello"} <= names
    assert all(one.value > 0 for one in report.results)


def test_file_measures_filings_and_sheets(place, loaded, tmp_path):
    report = file.Bench(
        place=place, town=loaded[1], results=tmp_path, effort=LITTLE, sheet_rows=(50, 100)
    ).run()
    names = {one.name for one in report.results}
    assert {"post_one", "post_hundred", "insert", "csv", "xlsx"} <= names
    assert not place.has("bench_bare")


def test_proof_and_recheck(place, loaded, tmp_path):
    sealing = proof.Bench(place=place, town=loaded[1], results=tmp_path, effort=LITTLE).run()
    assert sealing.value("sealing") > 0
    assert sealing.value("inclusion") > 0
    checked = recheck.Bench(place=place, town=loaded[1], results=tmp_path, effort=LITTLE).run()
    assert checked.entries > ROWS / 2
    assert checked.value("recheck") > 0


def test_the_machine_is_named(place):
    facts = machine_facts(place.admin_engine("postgres"))
    assert {"cpu", "cores", "memory_gib", "kernel", "python", "postgresql"} <= facts.keys()
    assert all(facts[name] for name in ("cpu", "cores", "kernel", "postgresql"))


def test_all_means_every_bench_that_has_targets_and_only_narrows_it():
    assert tuple(chosen("all", ())) == BENCHES
    assert set(TARGETS) == set(BENCHES)
    assert list(chosen("all", ("trace",))) == ["trace"]
    assert list(chosen("proof", ())) == ["proof"]
    assert Wanted(benches=()).entries == 1_000_000


def test_the_door_names_the_same_benches():
    from app import bench

    assert set(bench._NAMES) == set(BENCHES)
