"""The manifest of classification."""

from __future__ import annotations

from pathlib import Path

from app.credit.classification import cli, jobs, web
from app.credit.classification.queries.firms import FIRMS, REGISTERED
from app.module import Bilingual, Every, FilePart, MenuItem, Module

_SCHEMES = Path(__file__).parent / "data" / "schemes"

MODULE = Module(
    name="classification",
    title=Bilingual("信用风险分类", "Credit-risk classes"),
    webs=(web.blueprint,),
    commands=(cli.credit,),
    menu=(
        MenuItem(
            endpoint="classification.index",
            title=Bilingual("信用风险分类", "Classes"),
            icon="scale",
            needs="class.read",
            order=61,
        ),
    ),
    file_parts=(FilePart(view=web.file_part, order=20),),
    permissions=("class.read",),
    announces=("class.changed",),
    periodic=(Every(seconds=jobs.LOOK_SECONDS, job=jobs.CLASSIFY),),
    jobs=(jobs.CLASSIFY,),
    extras={
        "fact_sources": (FIRMS,),
        "object_sources": (REGISTERED,),
        "schemes": (_SCHEMES / "credit_risk.toml",),
    },
)
