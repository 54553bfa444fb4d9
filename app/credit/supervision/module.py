"""The manifest of libraries."""

from __future__ import annotations

from app.credit.supervision import api, cli, jobs, web
from app.credit.supervision.terms import TITLE
from app.module import Bilingual, Every, FilePart, MenuItem, Module, Panel

MODULE = Module(
    name="supervision",
    title=Bilingual(*TITLE),
    apis=(api.blueprint,),
    webs=(web.blueprint,),
    commands=(cli.libraries,),
    menu=(
        MenuItem(
            endpoint="supervision.index",
            title=Bilingual("对象名录库", "Libraries"),
            icon="layers",
            needs="library.read",
            order=52,
        ),
    ),
    permissions=("library.read", "library.manage"),
    panels=(Panel(view=web.subject_panel, order=52),),
    file_parts=(FilePart(view=web.file_part, order=52),),
    announces=("library.ruled", "library.changed"),
    reacts_to={"library.ruled": jobs.RULED},
    periodic=(
        Every(seconds=jobs.NIGHT_SECONDS, job=jobs.REFRESH),
        Every(seconds=jobs.FOLLOW_SECONDS, job=jobs.FOLLOW),
    ),
    jobs=(jobs.REFRESH, jobs.FOLLOW, jobs.RULED),
)
