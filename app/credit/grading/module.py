"""The manifest of food grading."""

from __future__ import annotations

from app.credit.grading import api, cli, jobs, web
from app.credit.grading.queries.sources import FACTS, OBJECTS
from app.credit.grading.rules.tables import SCHEMES
from app.module import Bilingual, Every, FilePart, MenuItem, Module, Panel, Place

MODULE = Module(
    name="grading",
    title=Bilingual("食品风险分级", "Food risk grades"),
    apis=(api.blueprint,),
    webs=(web.blueprint,),
    commands=(cli.credit, cli.grade),
    permissions=("grade.fill", "grade.confirm"),
    menu=(
        MenuItem(
            endpoint="grading.index",
            title=Bilingual("风险分级", "Grades"),
            icon="gauge",
            needs="score.read",
            order=62,
        ),
    ),
    panels=(Panel(view=web.subject_panel, order=10),),
    file_parts=(FilePart(view=web.file_head, order=10, place=Place.HEAD, paper=web.file_words),),
    announces=("grade.changed", "grade.confirmed"),
    reacts_to={
        "record.submitted": jobs.GRADE_AGAIN,
        "record.withdrawn": jobs.GRADE_AGAIN,
        "record.corrected": jobs.GRADE_AGAIN,
        "record.repaired": jobs.GRADE_AGAIN,
        "recall.overdue": jobs.NOTE_OVERDUE,
    },
    periodic=(Every(seconds=jobs.MONTHLY, job=jobs.GRADE_MONTHLY),),
    jobs=(jobs.GRADE_ALL,),
    extras={
        "fact_sources": (FACTS,),
        "object_sources": (OBJECTS,),
        "schemes": SCHEMES,
        "at_the_door": (web.at_the_door,),
    },
)
