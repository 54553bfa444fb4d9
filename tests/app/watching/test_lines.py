"""The log says what was done and what it cost, and nothing of whom or what."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from support.accounts import person, signed_in
from support.filed_town import MILK, MILK_LOT, file_town
from support.reading import job_room

from app.doors import jobs
from app.doors.jobs import Job
from app.factory import create_app
from app.settings import Settings
from app.watching import lines, tally
from app.watching.tally import TALLY, normalised
from ledger.kernel.errors import Invalid, Unavailable

NAMES = (
    "林一",
    "haiyan7",
    "three boats",
    "云汀",
    "启闽",
    "3502",
    "CK-",
    MILK,
    MILK_LOT,
    "127.0.0.1",
)


@pytest.fixture
def said() -> Iterator[list[dict]]:
    """The lines this test's process wrote."""
    found: list[dict] = []
    before = logging.getLogger().handlers[:]
    lines.install(lambda line: found.append(json.loads(line)))
    yield found
    lines.silence()
    logging.getLogger().handlers[:] = before


def of_kind(said: list[dict], kind: str) -> list[dict]:
    return [line for line in said if line["kind"] == kind]


def test_a_request_leaves_one_line_under_its_number(client, said) -> None:
    answer = client.get("/healthz", headers={"X-Request-Id": "till-7-000123"})
    [line] = of_kind(said, "request")
    assert line["request_id"] == "till-7-000123" == answer.headers["X-Request-Id"]
    assert (line["endpoint"], line["method"], line["status"]) == ("help.healthz", "GET", 200)
    assert line["actor"] == "public"
    assert line["statements"] >= 1
    assert line["ms"] >= line["db_ms"] > 0
    assert line["at"].endswith("+00:00")


def test_a_refusal_says_the_number_its_line_bears(client, said) -> None:
    problem = client.get("/api/v1/entries/E0", headers={"Accept": "application/json"}).get_json()
    [line] = of_kind(said, "request")
    assert problem["request_id"] == line["request_id"]
    assert line["status"] == problem["status"] == 401


def test_made_up_methods_and_addresses_do_not_come_into_it(client, said) -> None:
    client.open("/张三/13800000000?phone=13800000000", method="ZHANG")
    [line] = of_kind(said, "request")
    assert (line["endpoint"], line["method"]) == ("none", "other")
    assert "138" not in json.dumps({**line, "at": "", "request_id": ""})


def test_nothing_people_are_or_said_gets_into_the_log(app, uow, said) -> None:
    town = file_town(uow)
    person(uow, "haiyan7")
    uow.session.flush()
    browser = signed_in(app, "haiyan7")
    browser.get(f"/api/v1/trace?code={MILK}&lot={MILK_LOT}&direction=both")
    browser.get(f"/01/{MILK}/10/{MILK_LOT}")
    browser.get("/api/v1/subjects?q=云汀")
    app.test_client().post("/sign-in", data={"name": "haiyan7", "password": "three boats too many"})
    app.test_client().get(
        "/api/v1/book", headers={"Authorization": "Bearer three-boats-of-haiyan7"}
    )
    assert len(of_kind(said, "request")) >= 6
    whole = json.dumps(said, ensure_ascii=False)
    for name in (*NAMES, *town.usccs.values()):
        assert name not in whole, name


def test_a_bug_is_told_by_class_and_place_without_its_message(settings, database, said) -> None:
    app = create_app(settings, bind=database)  # one of its own: it gets a page that breaks

    @app.get("/broken")
    def broken() -> str:
        raise ValueError("张三 13800000000")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.config["TESTING"] = False
    assert app.test_client().get("/broken").status_code == 500
    [line] = of_kind(said, "log")
    assert line["error"] == ["ValueError"]
    assert any("broken" in place for place in line["where"])
    assert "138" not in json.dumps({**line, "at": "", "said": ""}, ensure_ascii=False)


def test_the_stores_refusal_is_told_by_its_code(database, said) -> None:
    with pytest.raises(DBAPIError, match="parameters hidden") as raised:
        database.execute(text("SELECT CAST(:name AS integer)"), {"name": "张三"})
    told = lines.error_of(raised.value)
    assert told["sqlstate"] == "22P02"
    assert "张三" not in json.dumps(told, ensure_ascii=False)


def test_what_a_library_put_into_its_message_is_left_out(said) -> None:
    logging.getLogger("gunicorn.error").warning("Invalid request from ip=%s", "10.1.2.3")
    logging.getLogger("rq.worker").error("Failed: 张三")
    logging.getLogger("suyuan.x").warning("job %s refused", "a")
    assert [line["said"] for line in said] == [
        "Invalid request from ip=%s",
        "Failed",
        "job a refused",
    ]


def test_a_slow_statement_is_told_without_its_values(settings: Settings, said) -> None:
    from app.database import engine_for

    quick = engine_for(Settings(**{**vars(settings), "slow_statement_ms": 50}))
    with quick.connect() as connection:
        TALLY.begin("the-request")
        connection.execute(text("SELECT 1"))
        connection.execute(
            text("SELECT pg_sleep(0.06), :name  -- 张三\n WHERE 'li' <> :name"), {"name": "张三"}
        )
        connection.execute(text("SET LOCAL statement_timeout = 60"))
        with pytest.raises(DBAPIError):
            connection.execute(text("SELECT pg_sleep(10), 'late'"))
    quick.dispose()
    slow, cut = of_kind(said, "slow")
    assert slow["statement"] == "SELECT pg_sleep(?), %(name)s WHERE ? <> %(name)s"
    assert cut["statement"] == "SELECT pg_sleep(?), ?"
    assert slow["request_id"] == "the-request"
    assert slow["ms"] >= 50
    assert TALLY.statements == 4


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        ("SELECT a\n  FROM  b", "SELECT a FROM b"),
        ("WHERE id IN (%(id_1)s, %(id_2)s, %(id_3)s)", "WHERE id IN (%(id_1)s, …)"),
        ("VALUES (%s, %s, %s)", "VALUES (%s, …)"),
        ("WHERE name = 'O''Neill' AND n > 12.5", "WHERE name = ? AND n > ?"),
        ("EXECUTE find_lots (%s)", "EXECUTE find_lots (%s)"),
        ("FROM entry_0001 e1", "FROM entry_0001 e1"),
    ],
)
def test_statements_are_shown_alike(statement: str, shown: str) -> None:
    assert normalised(statement) == shown


def test_a_job_leaves_a_line_under_the_number_of_its_request(app, uow, said, monkeypatch) -> None:
    def work(room: jobs.JobRoom, how: str) -> None:
        with room.unit() as unit:
            assert unit.request_id == "request-42"
            unit.session.execute(text("SELECT 1"))
        if how == "refuse":
            raise WrongHere(name="张三")
        if how == "later":
            raise LaterHere(name="张三")
        if how == "break":
            raise ValueError("张三")

    monkeypatch.setitem(jobs.JOBS, "x.work", Job(name="x.work", work=work))
    room = job_room(app)
    jobs.perform("x.work", {"how": "do"}, room, request_id="request-42")
    jobs.perform("x.work", {"how": "refuse"}, room, request_id="request-42")
    for how, problem in (("later", LaterHere), ("break", ValueError)):
        with pytest.raises(problem):
            jobs.perform("x.work", {"how": how}, room, request_id="request-42")
    told = of_kind(said, "job")
    assert [line["outcome"] for line in told] == ["done", "refused", "failed", "failed"]
    assert told[1]["code"] == WrongHere.code
    assert told[3]["error"][0] == "ValueError"
    assert {line["request_id"] for line in told} == {"request-42"}
    assert min(line["statements"] for line in told) >= 1
    assert "张三" not in json.dumps(said, ensure_ascii=False)


class WrongHere(Invalid):
    """A refusal of this test."""

    code = "tests.wrong_here"


class LaterHere(Unavailable):
    """One that may pass."""

    code = "tests.later_here"


def test_a_wanted_job_carries_the_number_of_its_request(app, uow) -> None:
    jobs.want(uow, Job(name="x.y", work=lambda room: None), upload_id=1)
    uow.session.flush()
    payload = uow.session.scalar(text("SELECT payload FROM outbox_fact ORDER BY id DESC LIMIT 1"))
    assert payload["request_id"] == uow.request_id == "test"


def test_without_anybody_listening_nothing_is_written(client, capfd) -> None:
    assert not lines.is_installed()
    client.get("/healthz")
    assert capfd.readouterr().err == ""


def test_the_line_goes_out_in_one_write(capfd) -> None:
    lines.install()
    try:
        lines.work_done("command", "id", 0.5, command="seed", exit=0)
    finally:
        lines.silence()
    assert json.loads(capfd.readouterr().err)["ms"] == 500.0


def test_a_tally_is_the_threads_own() -> None:
    import threading

    TALLY.begin("mine")
    other = threading.Thread(target=lambda: tally.TALLY.begin("other"))
    other.start()
    other.join()
    assert TALLY.request_id == "mine"
