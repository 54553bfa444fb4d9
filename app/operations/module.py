"""The manifest of operations."""

from __future__ import annotations

from app.module import Bilingual, Module
from app.operations import cli

MODULE = Module(
    name="operations",
    title=Bilingual("运维", "Operations"),
    commands=(cli.backup, cli.restore),
)
