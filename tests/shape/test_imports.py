"""Slices speak to each other only through services, queries, terms and errors."""

from __future__ import annotations

import grimp
import pytest
from support.sources import slices

SPOKEN = ("services", "queries", "terms", "errors")
EXCEPTIONS = {
    # what one delivery is, is decided once: the book and the trace must never disagree
    ("scanner.trace.rules", "ledger.entries.rules.pairing"),
    # a picture of a trace and what of it one may see are pure functions of the trace
    ("app.food.trace", "scanner.trace.rules"),
    # pictures of symbols are read and drawn; there is no record behind them to be queried
    ("app.food.trace", "scanner.symbols.decode"),
    ("app.credit.inspections", "scanner.symbols.decode"),
    ("app.food.filing", "scanner.symbols.labels"),
    ("app.food.filing", "scanner.symbols.render"),
    ("app.food.recalls", "scanner.symbols.render"),
    ("app.food.passes", "scanner.symbols.render"),
    ("app.credit.signage", "scanner.symbols.render"),
    ("app.demo", "scanner.symbols.render"),
    # a sheet that answers a request is read by the job that reads all sheets
    ("app.food.requests", "app.food.filing.jobs"),
    # what an entry is as bytes is decided once, where it is filed
    ("ledger.proof", "ledger.entries.rules.canonical"),
    # a recheck reads every column of every row, as the table has them
    ("ledger.proof.queries.recheck", "ledger.entries.model"),
    # receipts, notes and paths are pure functions: who verifies one offline asks no database
    ("app.proof", "ledger.proof.rules"),
    ("app.operations", "ledger.proof.rules.keys"),
}
PUTS_TOGETHER = ("app.registry", "app.factory", "app.__main__")


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph(
        "app", "ledger", "scanner", include_external_packages=False, cache_dir=None
    )


def slice_of(module):
    return next(
        (name for name in slices() if module == name or module.startswith(name + ".")), None
    )


def excepted(importer, imported):
    return any(
        (importer + ".").startswith(one + ".") and (imported + ".").startswith(other + ".")
        for one, other in EXCEPTIONS
    )


def test_slices_speak_through_their_doors(graph):
    wrong = []
    for importer in sorted(graph.modules):
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            here, there = slice_of(importer), slice_of(imported)
            if there is None or here == there or importer in PUTS_TOGETHER:
                continue
            spoken = imported.removeprefix(there + ".").split(".")[0]
            if spoken not in SPOKEN and not excepted(importer, imported):
                wrong.append(f"{importer} -> {imported}")
    assert wrong == []


def test_every_exception_is_still_needed(graph):
    for one, other in EXCEPTIONS:
        inside = {one, *graph.find_descendants(one)}
        targets = {other, *graph.find_descendants(other)}
        assert any(graph.find_modules_directly_imported_by(module) & targets for module in inside)


def test_the_graph_holds_the_whole_house(graph):
    assert len(slices()) > 6
    assert all(name in graph.modules for name in slices())
