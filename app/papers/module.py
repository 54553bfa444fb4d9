"""The manifest of papers."""

from __future__ import annotations

from app.module import Bilingual, Module
from app.papers import web

MODULE = Module(
    name="papers",
    title=Bilingual("文书", "Papers"),
    webs=(web.blueprint,),
)
