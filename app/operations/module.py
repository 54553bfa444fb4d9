"""The manifest of operations."""

from __future__ import annotations

from app.module import Bilingual, Module
from app.operations import cli, web

MODULE = Module(
    name="operations",
    title=Bilingual("运维", "Operations"),
    webs=(web.blueprint,),
    commands=(cli.backup, cli.restore),
)
