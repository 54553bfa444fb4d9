"""The manifest of credit records."""

from __future__ import annotations

from app.credit.records import cli, jobs
from app.credit.records.api import reading
from app.credit.records.queries.facts import FACTS
from app.credit.records.web import authorised, file
from app.module import Bilingual, Every, MenuItem, Module, Panel

MODULE = Module(
    name="records",
    title=Bilingual("信用记录", "Credit records"),
    webs=(authorised.blueprint,),
    apis=(reading.blueprint,),
    commands=(cli.credit,),
    announces=(
        "record.submitted",
        "record.uploaded",
        "record.corrected",
        "record.withdrawn",
        "record.marked",
        "record.repaired",
    ),
    periodic=(
        Every(seconds=5, job=jobs.RESUME_STALLED),
        Every(seconds=60, job=jobs.TAKE_WAITING),
    ),
    jobs=(jobs.READ_FILE, jobs.RESUME_STALLED, jobs.TAKE_WAITING),
    permissions=("record.submit", "record.read", "record.authorise", "catalogue.manage"),
    menu=(
        MenuItem(
            endpoint="credit_file.mine",
            title=Bilingual("信用档案", "Credit file"),
            icon="shield-check",
            needs="record.authorise",
            order=45,
        ),
        MenuItem(
            endpoint="credit_file.find",
            title=Bilingual("信用档案查询", "Credit files"),
            icon="shield-check",
            needs="record.read",
            order=44,
        ),
    ),
    panels=(Panel(view=file.subject_panel, order=5),),
    extras={"fact_sources": (FACTS,)},
)
