"""The manifest of scanning and tracing."""

from __future__ import annotations

from app.food.trace import api, cli, web
from app.module import Bilingual, MenuItem, Module, Panel

MODULE = Module(
    name="trace",
    title=Bilingual("溯源", "Trace"),
    apis=(api.blueprint,),
    webs=(web.blueprint,),
    menu=(
        MenuItem(
            endpoint="trace.show",
            title=Bilingual("追溯", "Trace"),
            icon="git-branch",
            needs="book.read",  # registrars and agencies trace nothing
            order=20,
            phone=True,
        ),
    ),
    panels=(Panel(view=web.subject_panel, order=20),),
    commands=(cli.trace, cli.identify),
    permissions=("trace.all", "trace.own", "code.read", "product.read_public"),
)
