"""Small rooms, sentences, one word for one thing: what a tidy house can be counted by."""

from __future__ import annotations

import ast
import re

import pytest
from support.sources import sources

LINE_MAX, FUNCTION_MAX, FILE_MAX, PARAMETERS_MAX = 100, 50, 400, 6
SENTENCE = re.compile(r"[.?!…。][)\"”']*$")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

# glossary: the words another word is used for; they may not name things
BANNED = {
    "company": "subject", "enterprise": "subject", "entity": "subject", "merchant": "operator",
    "officer": "inspector", "permit": "licence", "sku": "product", "journal": "book",
    "purchase": "receipt", "pledge": "commitment",
    "plaque": "sign", "appeal": "objection", "withdrawal": "recall",
}  # fmt: skip
# "goods" (a product known by name only), "batch" (rows written at once) and "sale" (to consumers,
# where a dispatch goes to an operator) have uses of their own
OTHER_LANGUAGES = {
    "scanner/codes/": "GS1 speaks of company prefixes",
    "ledger/kernel/identifiers/": "GB 32100 and GS1 speak of entities and companies",
}
COMMITS = {
    "ledger/kernel/uow.py": "the one place that commits",
    "app/database.py": "the settings of a connection, before any unit",
}
CLOCKS = {
    "ledger/kernel/clock.py": "the one place that asks what time it is",
    "app/doors/worker.py": "when periodic work is due; no unit of work sees it",
}
FLOATS = {
    "app/doors/http.py": "milliseconds of a stopwatch",
    "app/embedded/": "seconds of waiting",
    "app/processes/": "seconds of waiting",
    "app/messages/jobs/": "seconds of waiting",
    "app/operations/": "seconds of a stopwatch, figures for Prometheus",
    "app/watching/": "seconds of a stopwatch",
    "app/demo": "milliseconds of a stopwatch",
    "app/doors/worker.py": "seconds of waiting",
    "app/doors/replicas.py": "seconds behind",
    "app/doors/refusals.py": "whether JSON can carry a parameter as it is",
    "app/sheets/": "a cell of a sheet is one",
    "app/credit/records/rules/cells.py": "a cell of a sheet is one; it is made a text there",
    "app/food/filing/schemas/": "a cell of a sheet is one; it is shown again there",
    "app/papers/": "millimetres on a sheet of paper",
    "app/food/filing/rules/": "a cell of a sheet is one; it is made a Decimal there",
    "app/food/filing/jobs.py": "seconds of waiting",
    "app/food/filing/model.py": "shares of an upload that are done",
    "app/food/filing/services/uploads.py": "seconds of waiting",
    "app/food/filing/terms.py": "seconds of waiting",
    "app/food/filing/web/uploads.py": "shares of an upload that are done",
    "app/food/subjects/schemas/sheet.py": "a cell of a sheet is one; it is made a Decimal there",
    "app/food/recalls/cli.py": "milliseconds of a stopwatch",
    "app/food/trace/": "milliseconds of a stopwatch, places in a picture",
    "scanner/trace/rules/lanes.py": "places in a picture",
    "app/bench": "measurements",
    "scanner/symbols/": "places in a picture",
    "app/town/": "chances of a made-up town",
}


def allowed(path, places):
    return any(path.startswith(place) for place in places)


def functions(source):
    return [node for node in ast.walk(source.tree) if isinstance(node, FUNCTIONS)]


def found(check, *rooms):
    """All complaints of a check about all files, as `path:line what`."""
    return [
        f"{source.path}:{line} {what}" for source in sources(*rooms) for line, what in check(source)
    ]


def test_lines_are_short():
    def long(source):
        return [
            (number, f"{len(line)} characters")
            for number, line in enumerate(source.lines, 1)
            if len(line) > LINE_MAX
        ]

    assert found(long, "app", "ledger", "scanner", "migrations", "tests") == []


def test_files_are_short():
    def long(source):
        count = len(source.lines) - 1
        return [(1, f"{count} lines")] if count > FILE_MAX else []

    assert found(long, "app", "ledger", "scanner", "migrations", "tests") == []


def test_functions_are_short():
    def long(source):
        return [
            (node.lineno, f"{node.name}: {node.end_lineno - node.lineno + 1} lines")
            for node in functions(source)
            if node.end_lineno - node.lineno + 1 > FUNCTION_MAX
        ]

    assert found(long) == []


def test_parameters_are_few():
    def many(source):
        for node in functions(source):
            named = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            count = len([one for one in named if one.arg not in ("self", "cls")])
            if count > PARAMETERS_MAX:
                yield node.lineno, f"{node.name}: {count} parameters"

    assert found(many) == []


def _public(node, inside_class):
    return not node.name.startswith("_") and (
        inside_class is None or not inside_class.startswith("_")
    )


def documented(node, inside_class=None, inside_function=False):
    """Modules, classes and functions that somebody else may use; not what lies inside functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef) and _public(child, inside_class):
            yield child
            yield from documented(child, child.name)
        elif isinstance(child, FUNCTIONS) and _public(child, inside_class):
            yield child
        elif isinstance(child, (ast.If, ast.Try)):
            yield from documented(child, inside_class)


def test_what_others_use_says_what_it_is_in_a_sentence():
    def silent(source):
        for node in [source.tree, *documented(source.tree)]:
            said = (ast.get_docstring(node) or "").strip()
            if not said or not SENTENCE.search(said.split("\n\n")[0].strip()):
                yield (
                    getattr(node, "lineno", 1),
                    f"{getattr(node, 'name', 'module')}: {said[:40]!r}",
                )

    assert found(silent) == []


def test_nothing_is_left_to_do_without_a_number():
    def left(source):
        return [
            (number, line.strip()[:60])
            for number, line in enumerate(source.lines, 1)
            if re.search(r"\b(TODO|FIXME|XXX)\b(?!\(#\d+\))", line)
            and "test_tidy" not in source.path
        ]

    assert found(left, "app", "ledger", "scanner", "migrations", "tests") == []


def _names(source):
    for node in ast.walk(source.tree):
        if isinstance(node, (ast.ClassDef, *FUNCTIONS)):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id


def _words(name):
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)]


def test_things_are_called_by_the_words_of_the_glossary():
    def other(source):
        for line, name in [] if allowed(source.path, OTHER_LANGUAGES) else _names(source):
            for word in set(_words(name)) & set(BANNED):
                yield line, f"{name}: say {BANNED[word]}"

    assert found(other, "app", "ledger", "scanner") == []


def _calls(source, pattern, places):
    if allowed(source.path, places):
        return []
    return [
        (node.lineno, ast.unparse(node)[:60])
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and re.search(pattern, ast.unparse(node.func))
    ]


def test_only_the_unit_of_work_commits():
    assert (
        found(lambda source: _calls(source, r"(session|connection|engine|uow)\.commit$", COMMITS))
        == []
    )


def test_only_one_file_asks_what_time_it_is():
    clock = r"(datetime|date)\.(now|today|utcnow)$|^time\.time$|^utcnow$"
    assert found(lambda source: _calls(source, clock, CLOCKS)) == []


def test_quantities_are_never_floats():
    def binary(source):
        if allowed(source.path, FLOATS):
            return []
        return [
            (node.lineno, "float")
            for node in ast.walk(source.tree)
            if isinstance(node, ast.Name) and node.id == "float"
        ]

    assert found(binary) == []


@pytest.mark.parametrize("name", ["utils", "helpers", "misc", "common", "interfaces", "base"])
def test_no_file_is_a_drawer_for_everything(name):
    assert [source.path for source in sources() if source.path.endswith(f"/{name}.py")] == []
