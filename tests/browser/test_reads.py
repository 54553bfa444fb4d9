"""No page reads a table of the book or of the town from end to end.

All pages are opened; each statement they sent is explained with sequential reads forbidden, and
what still reads a large table without a bound has no index to use: with 300 million entries it
would never end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, text
from support.accounts import PASSWORD
from support.live import Site
from support.shown_pages import BY_PERSON, MORE

LARGE = re.compile(
    # lots of the first partition only: planning for an empty partition says nothing
    r"(entry(_0000|_note)?|filing|leaf_\w+|log_\w+|lot|product(_claim)?|subject(_change)?|premises|"
    r"licence|unit_content|logistic_unit|audit_line|upload(_row)?|outbox_fact)"
)
DEAR = (
    "enable_seqscan = off",
    "enable_hashjoin = off",
    "enable_mergejoin = off",
    "random_page_cost = 1000",
    "cpu_tuple_cost = 100",
    "cpu_index_tuple_cost = 100",
)
EXPORTS = ("/book.xlsx", "/trace.csv?code={gtin}&lot={lot}", "/subjects?text=乐", "/audit?page=2")


@pytest.fixture
def asked(site: Site) -> Iterator[list[tuple[str, Any]]]:
    """Every statement the program sends while the test runs."""
    sent: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if statement.lstrip(" \n(").upper().startswith(("SELECT", "WITH")):
            sent.append((statement, values))

    event.listen(site.engine, "before_cursor_execute", note)
    yield sent
    event.remove(site.engine, "before_cursor_execute", note)


def visitor(site: Site, person: str) -> FlaskClient:
    """A browser without a screen, signed in."""
    browser = site.app.test_client()
    if person:
        page = browser.get("/sign-in").get_data(as_text=True)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token is not None
        form = {"name": person, "password": PASSWORD, "csrf_token": token[1]}
        assert browser.post("/sign-in", data=form).status_code == 303
    return browser


@pytest.mark.parametrize("person", BY_PERSON)
def test_no_page_reads_a_large_table_from_end_to_end(
    site: Site, names: dict[str, Any], asked: list[tuple[str, Any]], person: str
) -> None:
    browser = visitor(site, person)
    wrong: dict[str, str] = {}
    for place in (*BY_PERSON[person].values(), *MORE.get(person, ()), *EXPORTS):
        asked.clear()
        browser.get(place.format(**names))
        for statement, values in list(asked):
            for found in unbounded(site.engine, statement, values):
                wrong.setdefault(f"{found}: {' '.join(statement.split())[:400]}", place)
    assert not wrong, "\n".join(f"{place}: {found}" for found, place in wrong.items())


def unbounded(engine: Engine, statement: str, values: Any) -> list[str]:
    """The large tables a statement reads without a bound."""
    with engine.connect() as connection:
        # The tables are small here: make every row and page dear, as if there were millions.
        for setting in DEAR:
            connection.execute(text(f"SET LOCAL {setting}"))
        cursor: Any = connection.connection.cursor()
        cursor.execute(b"EXPLAIN (FORMAT JSON) " + cursor.mogrify(statement, values))
        plan = cursor.fetchone()[0]
        cursor.close()
    whole = json.loads(plan) if isinstance(plan, str) else plan
    return list(_nodes(whole[0]["Plan"], limited=False))


def _nodes(node: dict[str, Any], *, limited: bool) -> Iterator[str]:
    """Walk a plan; below a LIMIT an index may be read in its order, unless all is sorted first."""
    kind, table = node["Node Type"], node.get("Relation Name", "")
    if kind == "Limit":
        limited = True
    elif kind in {"Sort", "Aggregate", "Hash", "Unique"}:
        limited = False
    if LARGE.fullmatch(table):
        bound = node.get("Index Cond") or node.get("Recheck Cond") or node.get("TID Cond")
        if kind == "Seq Scan" or not (bound or limited):
            yield f"{kind} of {table}"
    for each in node.get("Plans", ()):
        yield from _nodes(each, limited=limited)


def test_a_read_from_end_to_end_is_noticed(site: Site) -> None:
    """A test that finds nothing must be able to find something."""
    found: Callable[[str], list[str]] = lambda sql: unbounded(site.engine, sql, None)  # noqa: E731
    assert found("SELECT count(*) FROM entry_note WHERE certificate = 'x'")
    assert found("SELECT id FROM subject WHERE phone = '1' ORDER BY name LIMIT 5")
    assert not found("SELECT id FROM subject ORDER BY id LIMIT 5")
    assert not found("SELECT id FROM entry WHERE lot = 5")
