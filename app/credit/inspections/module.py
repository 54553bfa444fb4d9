"""The manifest of visits."""

from __future__ import annotations

from app.credit.inspections import api, web
from app.credit.inspections.terms import TITLE
from app.module import Bilingual, FilePart, MenuItem, Module, Panel

MODULE = Module(
    name="inspections",
    title=Bilingual(*TITLE),
    apis=(api.blueprint,),
    webs=(web.blueprint,),
    menu=(
        MenuItem(
            endpoint="inspections.scan",
            title=Bilingual(*TITLE),
            icon="clipboard-check",
            needs="visit.note",
            order=24,
            phone=True,
        ),
    ),
    permissions=("visit.note",),
    panels=(Panel(view=web.subject_panel, order=54),),
    file_parts=(FilePart(view=web.file_part, order=54),),
    announces=("visit.noted",),
)
