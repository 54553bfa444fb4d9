"""What the keeper of the log does: seal, show the checkpoint, take in witnesses' signatures."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from app.doors.cli import Shell, command, say
from app.proof import errors, services
from ledger.kernel import uow as units
from ledger.proof import queries as log
from ledger.proof.rules import note
from ledger.proof.services import LEAVES_MAX, accept_cosignatures, seal_entries


@command(name="checkpoint")
def checkpoint(shell: Shell) -> None:
    """Print the newest checkpoint with its signatures."""
    with shell.unit(read_only=True) as uow:
        newest = log.checkpoint_latest(uow)
        if newest is None:
            raise errors.NothingSealed
        click.echo(log.note_of(uow, newest), nl=False)


@command(name="seal")
@click.option("--at-once", default=LEAVES_MAX, show_default=True, help="Leaves in one unit.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document only.")
def seal(shell: Shell, at_once: int, *, as_json: bool) -> None:
    """Seal all that waits, under as few checkpoints as memory allows."""
    key = services.log_key(shell.settings)
    leaves = size = 0
    while True:
        sealed = units.run(shell.unit, lambda uow: seal_entries(uow, key, at_once))
        if sealed is None:
            break
        leaves, size = leaves + sealed.leaves, sealed.size
        if sys.stderr.isatty():
            click.echo(f"\r{leaves:,} → {size:,}", nl=False, err=True)
    if sys.stderr.isatty():
        click.echo(err=True)
    if as_json:
        click.echo(json.dumps({"sealed": leaves, "size": size or _size(shell)}))
    else:
        say(f"封存 · sealed: {leaves} · {size or _size(shell)} 条 leaves")


def _size(shell: Shell) -> int:
    with shell.unit(read_only=True) as uow:
        newest = log.checkpoint_latest(uow)
        return newest.size if newest else 0


@command(name="accept")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def accept(shell: Shell, file: Path) -> None:
    """Take in the signatures of witnesses under the checkpoint in FILE, as cosign printed it."""
    whole = note.text_from(file.read_bytes())
    key = services.log_key(shell.settings).verifier
    witnesses = services.witness_keys(shell.settings)
    taken = units.run(shell.unit, lambda uow: accept_cosignatures(uow, whole, key, witnesses))
    say(f"收下 · accepted: {taken}")
