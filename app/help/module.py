"""The manifest of help."""

from __future__ import annotations

from app.help import web
from app.module import Bilingual, MenuItem, Module

MODULE = Module(
    name="help",
    title=Bilingual("手册", "Manual"),
    webs=(web.blueprint,),
    menu=(
        MenuItem(
            endpoint="help.index",
            title=Bilingual("手册", "Manual"),
            icon="circle-question-mark",
            needs="code.read",
            order=95,
        ),
    ),
)
