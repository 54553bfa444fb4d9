"""The manifest of subjects."""

from __future__ import annotations

from app.food.subjects import api, cli, web
from app.module import Bilingual, MenuItem, Module

MODULE = Module(
    name="subjects",
    title=Bilingual("主体", "Subjects"),
    apis=(api.blueprint,),
    webs=(web.blueprint,),
    menu=(
        MenuItem(
            endpoint="subjects.index",
            title=Bilingual("主体档案", "Subjects"),
            icon="building-2",
            needs="subject.read",
            order=40,
            phone=True,
        ),
    ),
    commands=(cli.subjects,),
    permissions=("subject.register", "subject.read", "subject.read_own"),
    announces=("subject.registered", "subject.amended", "subject.merged"),
)
