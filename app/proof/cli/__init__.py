"""The shell door of the log: seal, verify, witness; half of it needs no database."""

from __future__ import annotations

import click

from app.proof.cli import judging, keeping, offline, own

proof = click.Group(
    name="proof",
    help="The proof that nobody has changed a line: seal, verify, witness.",
    commands=[
        own.seal,
        own.checkpoint,
        own.accept,
        judging.recheck,
        judging.adopt,
        offline.verify,
        offline.consistency,
        offline.cosign,
        offline.key,
    ],
)

book = click.Group(name="book", commands=[keeping.purge])  # joins filing's group of this name

__all__ = ["book", "proof"]
