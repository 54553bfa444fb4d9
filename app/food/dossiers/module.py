"""The manifest of dossiers."""

from __future__ import annotations

from app.food.dossiers import cli, web
from app.module import Bilingual, Module

MODULE = Module(
    name="dossiers",
    title=Bilingual("查验卷宗", "Dossiers"),
    webs=(web.blueprint,),
    commands=(cli.dossier,),
)
