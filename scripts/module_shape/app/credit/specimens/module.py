"""The manifest of specimen title."""

from __future__ import annotations

from app.credit.specimens import api, web
from app.credit.specimens.terms import TITLE
from app.module import Bilingual, MenuItem, Module, Panel

MODULE = Module(
    name="specimens",
    title=Bilingual(*TITLE),
    apis=(api.blueprint,),
    webs=(web.blueprint,),
    menu=(
        MenuItem(
            endpoint="specimens.index",
            title=Bilingual(*TITLE),
            icon="file-text",
            needs="specimen.read",
            order=60,
        ),
    ),
    permissions=("specimen.read", "specimen.note"),
    panels=(Panel(view=web.subject_panel, order=60),),
    announces=("specimen.noted",),
)
