"""A fact that is announced is declared, and nobody waits for one that never comes."""

from __future__ import annotations

import ast
import re

from support.sources import sources

from app import registry
from app.doors import jobs

FACT = re.compile(r"[a-z]+\.[a-z_]+")


def announced():
    """Fact -> where it is announced: the name stands in the call, or in a table of that file."""
    found = {}
    for source in sources("app", "ledger", "scanner"):
        calls = [
            node
            for node in ast.walk(source.tree)
            if isinstance(node, ast.Call)
            and ast.unparse(node.func).endswith((".announce", ".announce_each", ".fact"))
        ]
        named = [call.args[0] for call in calls]
        if any(not isinstance(name, ast.Constant) for name in named):
            named += [
                node
                for node in ast.walk(source.tree)
                if isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and node.value in declared()
            ]
        for name in named:
            if isinstance(name, ast.Constant):
                found.setdefault(name.value, []).append(f"{source.path}:{name.lineno}")
    return found


def declared():
    return {fact for module in registry.modules() for fact in module.announces}


def test_facts_are_a_noun_and_what_happened():
    assert [fact for fact in announced() if not FACT.fullmatch(fact)] == []


def test_every_fact_announced_is_declared_by_a_module():
    assert {fact: places for fact, places in announced().items() if fact not in declared()} == {}


def test_every_fact_declared_is_announced():
    assert declared() - set(announced()) == set()


def test_nobody_waits_for_a_fact_that_never_comes():
    waited = {fact for module in registry.modules() for fact in module.reacts_to}
    assert waited - set(announced()) == set()


def test_every_job_is_known_to_the_worker():
    found = registry.wire()
    named = {job.name for module in found for job in module.jobs}
    named |= {every.job.name for module in found for every in module.periodic}
    assert named <= set(jobs.JOBS)
    assert all(job.queue in jobs.QUEUES for job in jobs.JOBS.values())
