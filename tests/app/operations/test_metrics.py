"""``/metrics``: what an installation counts, for who may see it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from redis import Redis
from support.accounts import person
from support.filed_town import file_town

from app.doors import jobs
from app.factory import create_app
from app.operations.rules.reaching import may_see


@pytest.mark.parametrize(
    ("address", "token", "said", "proxied", "sees"),
    [
        ("127.0.0.1", "", "", False, True),
        ("127.8.8.8", "", "", False, True),
        ("::1", "", "", False, True),
        ("::ffff:127.0.0.1", "", "", False, True),
        ("10.0.0.1", "", "", False, False),
        ("192.168.1.1", "", "t", False, False),
        ("", "", "", False, False),
        ("unix:", "", "", False, False),
        ("127.0.0.1", "", "", True, False),
        ("127.0.0.1", "secret", "", False, False),
        ("10.0.0.1", "secret", "secret", True, True),
        ("10.0.0.1", "secret", "Secret", False, False),
        ("10.0.0.1", "secret", "密", False, False),
    ],
)
def test_who_may_see(address: str, token: str, said: str, proxied: bool, sees: bool) -> None:
    assert may_see(address=address, token=token, said=said, proxied=proxied) is sees


def value(text: str, name: str) -> float:
    [line] = [line for line in text.splitlines() if line.startswith(name + " ")]
    return float(line.rsplit(" ", 1)[1])


def test_the_figures_say_how_the_installation_is(client, uow) -> None:
    file_town(uow)
    person(uow)
    uow.session.flush()
    client.get("/healthz")
    client.get("/nowhere")
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=")
    text = answer.get_data(as_text=True)
    labels = '{endpoint="help.healthz",method="GET",status="200"}'
    assert value(text, f"suyuan_requests_total{labels}") >= 1
    assert value(text, 'suyuan_refusals_total{code="request.no_such_page"}') >= 1
    assert value(text, "suyuan_entry_ids_given") >= 10
    assert value(text, "suyuan_filings_accepted") >= 8
    assert value(text, "suyuan_upload_rows_kept") >= 0
    assert value(text, "suyuan_entries_unsealed") >= 10
    assert value(text, "suyuan_database_bytes") > 1_000_000
    assert value(text, "suyuan_entry_rows_estimate") >= 0
    assert value(text, 'suyuan_up{part="database"}') == value(text, 'suyuan_up{part="queue"}') == 1
    assert value(text, 'suyuan_queue_waiting{queue="default"}') >= 0
    said = [line.rpartition(" ")[0] for line in text.splitlines()]  # what is said, not how much
    for name in ("云汀", "林一", "3502"):
        assert not [line for line in said if name in line]


def test_others_are_refused(client, app) -> None:
    for headers, address in (
        ({}, "10.0.0.1"),
        ({"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1"),
    ):
        answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
        assert answer.status_code == 403
    room = app.extensions["suyuan"]
    app.extensions["suyuan"] = replace(
        room, settings=replace(room.settings, metrics_token="a-token-of-sixteen")
    )
    assert client.get("/metrics").status_code == 403
    bearer = {"Authorization": "Bearer a-token-of-sixteen"}
    assert client.get("/metrics", headers=bearer).status_code == 200


def test_a_silent_part_is_named_and_the_rest_told(settings, new_database) -> None:
    silent = replace(
        settings,
        app_database_url=settings.app_database_url.replace("suyuan_clone", "no_such_clone"),
        redis_url="unix:///nowhere/redis.sock",
    )
    app = create_app(silent)
    text = app.test_client().get("/metrics").get_data(as_text=True)
    assert value(text, 'suyuan_up{part="database"}') == 0
    assert value(text, 'suyuan_up{part="queue"}') == 0
    assert "suyuan_requests_total" in text


def test_the_queue_tells_its_length_its_wait_and_what_was_given_up(settings, app, now) -> None:
    from datetime import timedelta

    from app.operations.queries.gauges import of_the_queue

    own = "?db=1"  # sites of browser tests have 2 to 15
    redis = Redis.from_url(settings.redis_url.split("?")[0] + own)
    redis.flushdb()
    jobs.put(replace(app.extensions["suyuan"], redis=redis), "x.y", {}, queue="default")
    from ledger.kernel import clock

    later = clock.now() + timedelta(minutes=5)
    found = {
        (gauge.name, dict(gauge.labels)["queue"]): gauge.value
        for gauge in of_the_queue(redis, ("default", "daily"), later)
    }
    redis.flushdb()
    redis.close()
    assert found["queue_waiting", "default"] == 1
    assert 290 < found["queue_oldest_seconds", "default"] < 400
    assert found["queue_waiting", "daily"] == found["queue_oldest_seconds", "daily"] == 0
    assert found["jobs_given_up", "default"] == 0
