"""The manifest of subjects."""

from __future__ import annotations

from app.food.subjects import api, cli
from app.module import Bilingual, Module

MODULE = Module(
    name="subjects",
    title=Bilingual("主体", "Subjects"),
    apis=(api.blueprint,),
    commands=(cli.subjects,),
    permissions=("subject.register", "subject.read", "subject.read_own"),
    announces=("subject.registered", "subject.amended", "subject.merged"),
)
