"""The shell door of dossiers."""

from __future__ import annotations

from pathlib import Path

import click

from app.doors.cli import Shell, command, say
from app.food.dossiers import queries, schemas, services
from ledger.subjects.queries import subject_by_uscc
from scanner.trace.queries import lots_to_trace, pointed_at


@command(name="dossier")
@click.argument("code")
@click.option("--lot", default="", help="Lot number, where the code holds none.")
@click.option("--operator", required=True, help="Whose dossier (USCC).")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write."
)
def dossier(shell: Shell, code: str, *, lot: str, operator: str, output: Path | None) -> None:
    """Write what an operator can show about a lot it bought, as a PDF."""
    with shell.unit() as uow:
        pointed = pointed_at(uow, code, lot=lot, key=shell.settings.secret_key)
        lots, _following = lots_to_trace(uow, pointed, before=None, limit=1)
        subject = subject_by_uscc(uow, operator)
        witnessed = bool(shell.settings.witness_keys)
        found = queries.dossier(uow, subject.id, lots[0], witnessed=witnessed)
        drawn = schemas.paper_of(found, services.files_of(shell.settings, found))
        issued = services.issue(uow, found, drawn, shell.settings.origin)
    path = output or Path(f"{issued.number}.pdf")
    path.write_bytes(issued.pdf)
    say(f"{path}  SHA-256 {issued.sha256}")
