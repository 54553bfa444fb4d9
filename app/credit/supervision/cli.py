"""The shell door of libraries: load the official list, hold the rules against the city, look."""

from __future__ import annotations

import json
from time import perf_counter_ns

import click

from app.credit.supervision import queries, schemas, services
from app.credit.supervision.terms import LibrariesAsked
from app.doors.cli import Shell, command, say
from ledger.kernel import uow as units

_NS_IN_MS = 1_000_000


@click.group()
def libraries() -> None:
    """Libraries of supervised objects."""


@command(name="load")
def load(shell: Shell) -> None:
    """Bring the libraries of the official list to what the list says."""
    changed = units.run(shell.unit, services.load_official)
    say(f"{changed} 个名录库有变化 libraries changed")


@command(name="refresh")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def refresh(shell: Shell, *, as_json: bool) -> None:
    """Hold all rules against all subjects in one pass and date what has changed."""
    units.run(shell.unit, services.load_official)
    with shell.unit(read_only=True) as uow:
        rules = len(queries.rules_in_force(uow, uow.today))
    begun = perf_counter_ns()
    parts = list(services.refresh_all(shell.unit))
    took_ms = (perf_counter_ns() - begun) // _NS_IN_MS
    said = {
        "libraries": rules,
        "subjects": sum(part.subjects for part in parts),
        "joined": sum(part.joined for part in parts),
        "left": sum(part.left for part in parts),
        "took_ms": took_ms,
    }
    if as_json:
        say(json.dumps(said))
        return
    say(
        "{libraries} 库 libraries × {subjects} 主体 subjects: +{joined} −{left}, "
        "{took_ms} ms".format(**said)
    )


@command(name="show")
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def show(shell: Shell, code: str, *, as_json: bool) -> None:
    """Show the library CODE: its rule in words and its members."""
    with shell.unit(read_only=True) as uow:
        library = queries.library_by_code(uow, code)
        said = schemas.words(library)
        members = [
            {"uscc": each.uscc, "name": each.name, "since": each.since.isoformat()}
            for each in queries.every_member(uow, library.id)
        ]
    if as_json:
        body = {"code": code, "zh": library.zh, "en": library.en, "words": said}
        say(json.dumps(body | {"members": members}, ensure_ascii=False))
        return
    say(f"{library.zh} · {library.en}\n{said['zh']}\n{said['en']}\n{len(members)}")
    for each in members:
        say(f"{each['uscc']}\t{each['name']}\t{each['since']}")


@command(name="find")
@click.argument("text", default="")
def find(shell: Shell, text: str) -> None:
    """List libraries by words of their titles, with how many are in each."""
    with shell.unit(read_only=True) as uow:
        found = queries.libraries_page(uow, LibrariesAsked(text=text, limit=200))
    for each in found.items:
        say(f"{each.code}\t{each.zh}\t{each.en}\t{each.members}")
    say(f"{len(found.items)}/{found.total}")


for _one in (load, refresh, show, find):
    libraries.add_command(_one)
