"""Figures, targets and their JSON; numbers in and out by COPY; what is filed; who asks."""

from __future__ import annotations

import csv
import json
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO, StringIO

import numpy as np
import pytest
from python_calamine import CalamineWorkbook
from rich.console import Console

from scripts.bench.copying import copy_in, copy_out
from scripts.bench.goods import Stock
from scripts.bench.load import Order, asked, request
from scripts.bench.results import Label, Report, Target, measured, rounded
from scripts.bench.showing import show
from scripts.bench.targets import TARGETS
from scripts.bench.timing import percentile, timed

MACHINE = {"cpu": "a chip", "cores": 2}
STOCK = Stock(gtins=["06938000000018"], suppliers=["A", "B"], today=date(2026, 8, 15), run="r")


def label(name: str = "ours", unit: str = "/s") -> Label:
    return Label(name=name, zh="我们", en="ours", unit=unit)


def test_a_figure_is_the_median_with_best_and_worst():
    rate = measured(label(), [3.0, 9.0, 5.0])
    assert (rate.value, rate.best, rate.worst) == (5.0, 9.0, 3.0)
    time = measured(label(unit="ms"), [3.0, 9.0, 5.0], low_is_good=True)
    assert (time.value, time.best, time.worst) == (5.0, 3.0, 9.0)


@pytest.mark.parametrize(
    ("target", "figure", "met"),
    [
        (Target(bound=10), 10, True),
        (Target(bound=10), 9.9, False),
        (Target(bound=10, most=True), 10, True),
        (Target(bound=10, most=True), 10.1, False),
    ],
)
def test_a_target_is_met_from_its_bound_on(target, figure, met):
    assert target.met_by(figure) is met


def a_report() -> Report:
    report = Report(bench="ingest", entries=1000)
    report.add(measured(label("town"), [30.0, 20.0, 10.0]), measured(label("raw_copy"), [80.0] * 3))
    report.compare("town", "raw_copy")
    report.promise(TARGETS["ingest"])
    report.note("只有一部分。", "A part only.")
    return report


def test_the_json_line_is_what_the_contract_says():
    said = json.loads(a_report().as_json(MACHINE, date="2026-08-15", command="suyuan bench"))
    assert (said["bench"], said["entries"], said["machine"]) == ("ingest", 1000, MACHINE)
    town, raw = said["results"]
    assert {"name", "value", "unit", "ratio_to", "ratio"} <= town.keys()
    assert (town["ratio_to"], town["ratio"]) == ("raw_copy", 0.25)
    assert town["target"]["met"] is True
    assert "ratio" not in raw
    assert "target" not in raw


def test_a_ratio_to_what_was_not_measured_is_left_out_with_its_target():
    report = Report(bench="ingest", entries=1)
    report.add(measured(label("town"), [1.0]))
    report.compare("town", "raw_copy")
    report.promise(TARGETS["ingest"])
    assert report.results[0].ratio is None
    assert report.results[0].met is None


def test_people_see_the_target_and_whether_it_is_met():
    out = StringIO()
    show(Console(file=out, width=150), a_report(), MACHINE)
    assert "met" in out.getvalue()
    assert "A part only." in out.getvalue()


def test_rounding_claims_four_digits_at_most():
    assert [rounded(x) for x in (0.123456, 12345.6, 3.0)] == [0.1235, 12346, 3.0]


def test_percentiles_are_values_that_occur():
    values = [5.0, 1.0, 3.0, 2.0, 4.0]
    assert [percentile(values, share) for share in (0.0, 0.5, 0.99)] == [1.0, 3.0, 5.0]


def test_what_gives_up_is_over_and_not_repeated():
    class Late(Exception):
        pass

    calls: list[int] = []

    def work(lot: int) -> None:
        calls.append(lot)
        raise Late

    found = timed(work, [1, 2, 3], too_slow=Late)
    assert found.over
    assert calls == [1]
    assert [len(one) for one in found.repetitions] == [1]


def test_numbers_come_back_from_the_store_as_they_went(fresh_database):
    given = {
        "a": np.array([1, -(2**62), 3], np.int64),
        "b": np.array([-1, 2**31 - 1, 0], np.int32),
        "c": np.array([7, -8, 9], np.int16),
    }
    connection = fresh_database.raw_connection()
    try:
        connection.cursor().execute("CREATE TEMP TABLE t (a bigint, b int, c smallint)")
        copy_in(connection, "t", given)
        read = copy_out(connection, "SELECT a, b, c FROM t", {"a": 8, "b": 4, "c": 2})
    finally:
        connection.close()
    assert {name: values.tolist() for name, values in read.items()} == {
        name: values.tolist() for name, values in given.items()
    }


def test_filings_have_keys_of_their_own_and_as_many_lines_as_asked():
    bodies = [json.loads(body) for body in STOCK.bodies(5, 3, 4)]
    assert len({body["filing_key"] for body in bodies}) == 3
    assert [len(body["entries"]) for body in bodies] == [4, 4, 4]
    documents = [line["document"] for body in bodies for line in body["entries"]]
    assert len(set(documents)) == 12


def test_both_kinds_of_sheet_say_the_same():
    text = csv.reader(StringIO(STOCK.csv(0, 20).decode("utf-8-sig")))
    book = CalamineWorkbook.from_filelike(BytesIO(STOCK.xlsx(0, 20)))
    rows = book.get_sheet_by_index(0).to_python()
    assert [[str(cell) for cell in row] for row in rows] == list(text)
    assert len(rows) == 21


class _Counting(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(404 if self.path == "/no" else 200)
        self.end_headers()
        self.wfile.write(b"gone" if self.path == "/no" else b"here")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Counting)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_client_sends_each_request_once_and_counts_the_answers(port):
    order = Order(port=port, requests=[request("GET", "/")] * 20, connections=4, repeat=False)
    outcome = asked(order).insist("200")
    assert len(outcome.latencies) == 20
    assert outcome.per_second > 0


def test_the_client_goes_on_for_its_time_and_leaves_the_first_answers_out(port):
    order = Order(port=port, requests=[request("GET", "/")], connections=2, seconds=0.2, warm=3)
    outcome = asked(order).insist("200")
    assert outcome.latencies
    assert outcome.seconds > 0


def test_refusals_are_no_figure(port):
    order = Order(port=port, requests=[request("GET", "/no")], connections=1, repeat=False)
    with pytest.raises(AssertionError, match="gone"):
        asked(order).insist("200")
