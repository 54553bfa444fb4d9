"""No page reads a table of the book or of the town from end to end.

All pages are opened; each statement they sent is explained with sequential reads forbidden, and
what still reads a large table without a bound has no index to use: with 300 million entries it
would never end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, event
from support.accounts import PASSWORD
from support.live import Site
from support.shown_pages import BY_PERSON, MORE

LARGE = re.compile(
    # lots of the first partition only: planning for an empty partition says nothing
    r"(entry(_0000|_note)?|filing|leaf_\w+|log_\w+|lot|product(_claim)?|subject(_change)?|premises|"
    r"licence|unit_content|logistic_unit|audit_line|upload(_row)?|outbox_fact|"
    r"certificate(_\w+)?|lot_proof|paper_warning)"
)
DEAR = (
    "plan_cache_mode = force_custom_plan",
    "enable_seqscan = off",
    "enable_hashjoin = off",
    "enable_mergejoin = off",
    "random_page_cost = 1000",
    "cpu_tuple_cost = 100",
    "cpu_index_tuple_cost = 100",
)
READS = ("SELECT", "WITH", "EXECUTE")
EXPORTS = ("/book.xlsx", "/trace.csv?code={gtin}&lot={lot}", "/subjects?text=乐", "/audit?page=2")


@pytest.fixture
def unbounded_reads(site: Site) -> Iterator[dict[str, list[str]]]:
    """What the program reads without a bound while the test runs, by statement.

    Each statement is explained right after it ran, on its own connection: some are prepared there.
    """
    seen: dict[str, list[str]] = {}

    def look(connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        for part, given in parts(statement, values):
            if part not in seen and part.lstrip(" \n(").upper().startswith(READS):
                seen[part] = unbounded(connection, part, given)

    event.listen(site.engine, "after_cursor_execute", look)
    yield seen
    event.remove(site.engine, "after_cursor_execute", look)


def parts(statement: str, values: Any) -> Iterator[tuple[str, Any]]:
    """The statements that were sent together, each with its values."""
    if not isinstance(values, tuple):
        yield statement, values
        return
    for part in statement.split(";\n"):
        count = part.count("%s")
        yield part, values[:count]
        values = values[count:]


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
    site: Site, names: dict[str, Any], unbounded_reads: dict[str, list[str]], person: str
) -> None:
    browser = visitor(site, person)
    wrong: list[str] = []
    for place in (*BY_PERSON[person].values(), *MORE.get(person, ()), *EXPORTS):
        known = set(unbounded_reads)
        browser.get(place.format(**names), buffered=True)  # files are closed, too
        for statement in unbounded_reads.keys() - known:
            said = " ".join(statement.split())[:400]
            wrong += [f"{place}: {found}: {said}" for found in unbounded_reads[statement]]
    assert unbounded_reads, "nothing was read"
    assert not wrong, "\n".join(wrong)


def unbounded(connection: Connection, statement: str, values: Any) -> list[str]:
    """The large tables a statement reads without a bound; leaves the connection as it was."""
    raw: Any = connection.connection.dbapi_connection
    begin, end = "SAVEPOINT look", "ROLLBACK TO SAVEPOINT look; RELEASE SAVEPOINT look"
    if raw.autocommit:
        begin, end = "BEGIN", "ROLLBACK"
    with raw.cursor() as cursor:
        cursor.execute(begin)
        # The tables are small here: make every row and page dear, as if there were millions.
        cursor.execute("; ".join(f"SET LOCAL {setting}" for setting in DEAR))
        cursor.execute(b"EXPLAIN (FORMAT JSON) " + cursor.mogrify(statement, values))
        plan = cursor.fetchone()[0]
        cursor.execute(end)
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
    with site.engine.connect() as connection:
        for sql in (
            "SELECT count(*) FROM entry_note WHERE certificate = 'x'",
            "SELECT id FROM subject WHERE phone = '1' ORDER BY name LIMIT 5",
        ):
            assert unbounded(connection, sql, None)
        for sql in (
            "SELECT id FROM subject ORDER BY id LIMIT 5",
            "SELECT id FROM entry WHERE lot = 5",
        ):
            assert not unbounded(connection, sql, None)
