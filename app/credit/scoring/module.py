"""The manifest of scoring."""

from __future__ import annotations

from app.credit.scoring import api, cli, jobs, web
from app.module import Bilingual, Every, MenuItem, Module

MODULE = Module(
    name="scoring",
    title=Bilingual("信用评分", "Scoring"),
    apis=(api.blueprint,),
    webs=(web.blueprint,),
    commands=(cli.credit,),
    menu=(
        MenuItem(
            endpoint="scoring.index",
            title=Bilingual("评价方案", "Schemes"),
            icon="list-checks",
            needs="score.read",
            order=62,
        ),
    ),
    permissions=("scheme.draft", "score.read", "score.run"),
    announces=("scheme.loaded", "scores.made"),
    periodic=(Every(seconds=jobs.ADOPT_SECONDS, job=jobs.ADOPT),),
    jobs=(jobs.ADOPT, jobs.TRY_DRAFT),
)
