"""A fact that is announced is declared, and nobody waits for one that never comes."""

from __future__ import annotations

import ast
import re

from support.sources import sources

from app import registry
from app.doors import jobs


def announced():
    """Fact -> where it is announced, read from the calls of `announce` with a literal name."""
    found = {}
    for source in sources("app", "ledger", "scanner"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".announce"):
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    found.setdefault(first.value, []).append(f"{source.path}:{node.lineno}")
    return found


def declared():
    return {fact for module in registry.modules() for fact in module.announces}


def test_facts_are_a_noun_and_what_happened():
    assert [fact for fact in announced() if not re.fullmatch(r"[a-z]+\.[a-z_]+", fact)] == []


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
