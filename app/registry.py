"""The modules of this house, listed, not discovered: one line each."""

from __future__ import annotations

import sys

from app.doors import jobs
from app.module import Module


def modules() -> tuple[Module, ...]:
    """All modules, in the order of the house."""
    from importlib import import_module

    names = (
        "app.accounts",
        "app.food.subjects",
        "app.food.products",
        "app.food.filing",
        "app.food.trace",
        "app.help",
        "app.town",
    )
    found = []
    for name in names:
        try:  # while the house is being built: a module that cannot be read yet is left out
            found.append(import_module(name + ".module").MODULE)
        except (ImportError, SyntaxError, AttributeError) as problem:
            print(f"registry: {name} left out: {problem}", file=sys.stderr)
    return tuple(found)


def wire() -> tuple[Module, ...]:
    """Tell the job door which jobs there are and which facts they react to; returns the modules."""
    found = modules()
    for module in found:
        for job in (*module.jobs, *module.reacts_to.values(), *(e.job for e in module.periodic)):
            jobs.JOBS[job.name] = job
        for fact, job in module.reacts_to.items():
            names = set(jobs.REACTIONS.get(fact, ())) | {job.name}
            jobs.REACTIONS[fact] = tuple(sorted(names))
    return found
