"""Who may look into everybody's book leaves a line wherever a door lets it look."""

from __future__ import annotations

import ast

from support.sources import sources

LOOKING = ("book.read", "subject.", "trace.", "lot.hold")
DOORS = {"page", "endpoint", "form"}


def promised(call):
    return {
        word.arg: word.value.value
        for word in call.keywords
        if word.arg and isinstance(word.value, ast.Constant)
    }


def doors():
    for source in sources("app"):
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.FunctionDef):
                continue
            for call in node.decorator_list:
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") in DOORS:
                    yield f"{source.path}:{node.name}", promised(call)


def test_every_door_to_what_is_somebodys_states_its_audit_line():
    found = list(doors())
    assert len(found) > 40
    silent = [
        name
        for name, promise in found
        if str(promise.get("needs", "")).startswith(LOOKING)
        and promise.get("method", "GET") == "GET"
        and not promise.get("audits")
    ]
    assert silent == []


def test_every_audit_line_of_a_look_up_has_words():
    from app.accounts.terms import ACTION_TEXTS

    actions = {promise["audits"] for _, promise in doors() if promise.get("audits")}
    assert actions <= ACTION_TEXTS.keys()
