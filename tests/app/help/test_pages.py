"""The manual is complete in both languages, its links lead somewhere, and the house is well."""

from __future__ import annotations

import re

import pytest
from redis import Redis
from support import accounts

from app.help import queries
from ledger.kernel.actor import Role

PAGES = [(language, name) for language in ("zh", "en") for name in queries.ORDER]


@pytest.mark.parametrize(("language", "name"), PAGES)
def test_every_page_is_there_with_a_title_and_a_text(client, language, name):
    page = client.get(f"/help/{name}?lang={language}")
    assert page.status_code == 200
    title = queries.help_page(name, language).title
    assert f"<h1>{title}</h1>" in page.text
    assert len(queries.help_page(name, language).html) > 150


@pytest.mark.parametrize(("language", "name"), PAGES)
def test_links_of_the_manual_lead_to_its_own_pages(language, name):
    links = re.findall(r'href="(/help/[^"]+)"', queries.help_page(name, language).html)
    assert {link.removeprefix("/help/") for link in links} <= set(queries.ORDER)


@pytest.mark.parametrize("name", [n for n in queries.ORDER if n != "glossary"])
def test_both_languages_have_the_same_sections(name):
    counts = {
        language: [
            queries.help_page(name, language).html.count(mark)
            for mark in ("<h2>", "<tr>", "<li>", "<pre>")
        ]
        for language in ("zh", "en")
    }
    assert counts["zh"] == counts["en"]


def test_the_glossary_has_every_word_in_both_languages():
    rows = re.findall(r"<tr>\s*(.*?)</tr>", queries.help_page("glossary", "zh").html, re.DOTALL)
    cells = [re.findall(r"<t[hd]>(.*?)</t[hd]>", row) for row in rows]
    assert len(cells) > 30
    assert all(len(row) == 4 and all(row) for row in cells)


def test_an_unknown_page_is_refused_by_name(client):
    page = client.get("/help/nowhere")
    assert page.status_code == 404
    assert "help.unknown_page" in page.text


def test_raw_html_in_a_page_stays_text():
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": False}).enable("table").render("<script>x</script>")
    assert "<script>" not in made


def test_the_start_page_is_for_everybody(client):
    page = client.get("/")
    assert page.status_code == 200
    assert 'action="/scan"' in page.text
    assert 'href="/sign-in"' in page.text


def test_who_is_signed_in_is_sent_home(app, database, now):
    with accounts.house(database, now) as uow:
        accounts.person(uow, "lin")
    browser = accounts.signed_in(app, "lin")
    answer = browser.get("/")
    assert answer.status_code == 302
    assert answer.location != "/"


def test_the_api_page_shows_every_endpoint(client, app):
    page = client.get("/api/docs").text
    document = client.get("/api/openapi.json").json
    for path, item in document["paths"].items():
        for method in item:
            if method != "parameters":
                assert f"{method.upper()} {path}" in page
    assert "<script>" not in page


def test_it_is_well(client):
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "database": "ok", "queue": "ok"}


def test_a_silent_queue_is_named(app, client):
    from dataclasses import replace

    room = app.extensions["suyuan"]
    app.extensions["suyuan"] = replace(room, redis=Redis(host="127.0.0.1", port=1))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json["code"] == "request.queue_silent"
    assert answer.content_type == "application/problem+json"


def test_a_silent_database_is_named(app, client):
    from dataclasses import replace

    from sqlalchemy import create_engine

    room = app.extensions["suyuan"]
    nowhere = create_engine("postgresql+psycopg2://nobody@127.0.0.1:1/nothing")
    app.extensions["suyuan"] = replace(room, bind=nowhere)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json["code"] == "kernel.store_silent"


def test_health_is_not_counted(app, client):
    app.extensions["suyuan.limiter"].enabled = True
    assert "X-RateLimit-Limit" not in client.get("/healthz").headers
    assert "X-RateLimit-Limit" in client.get("/help").headers


def test_a_machine_reads_the_same_page_as_people(app, database, now):
    with accounts.house(database, now) as uow:
        headers = accounts.key(uow, Role.INSPECTOR)
    assert app.test_client().get("/api/docs", headers=headers).status_code == 200
