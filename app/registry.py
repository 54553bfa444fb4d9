"""The modules of this house, listed, not discovered: one line each."""

from __future__ import annotations

from app.doors import jobs
from app.module import Module


def modules() -> tuple[Module, ...]:
    """All modules, in the order of the house."""
    from importlib import import_module
    from importlib.util import find_spec

    names = ("app.accounts", "app.food.subjects", "app.food.products", "app.food.filing",
             "app.food.trace", "app.help")
    found = []
    for name in names:
        try:
            there = find_spec(name + ".module") is not None
        except ModuleNotFoundError:
            there = False
        if there:
            found.append(import_module(name + ".module").MODULE)
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
