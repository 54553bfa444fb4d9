"""The manifest of passes."""

from __future__ import annotations

from app.food.passes import api, jobs, web
from app.module import Bilingual, Every, MenuItem, Module, Panel

MODULE = Module(
    name="passes",
    title=Bilingual("一票通", "Passes"),
    apis=(api.blueprint,),
    webs=(web.blueprint,),
    menu=(
        MenuItem(
            endpoint="passes.index",
            title=Bilingual("一票通", "Passes"),
            icon="qr-code",
            needs="entry.file",
            order=26,
        ),
        MenuItem(
            endpoint="passes.sides",
            title=Bilingual("双方对账", "Both sides"),
            icon="scale",
            needs="entry.file",
            order=27,
        ),
        MenuItem(
            endpoint="passes.balance",
            title=Bilingual("进销平衡", "Balance"),
            icon="triangle-alert",
            needs="entry.file",
            order=28,
        ),
    ),
    panels=(Panel(view=web.subject_panel, order=30),),
    announces=("pass.issued", "pass.answered", "pass.expired"),
    periodic=(Every(seconds=jobs.EXPIRE_SECONDS, job=jobs.EXPIRE),),
    jobs=(jobs.EXPIRE,),
)
