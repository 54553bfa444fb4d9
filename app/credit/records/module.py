"""The manifest of credit records."""

from __future__ import annotations

from app.credit.records import cli, jobs
from app.credit.records.queries.facts import FACTS
from app.module import Bilingual, Every, Module

MODULE = Module(
    name="records",
    title=Bilingual("信用记录", "Credit records"),
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
    permissions=("record.submit", "record.read", "catalogue.manage"),
    extras={"fact_sources": (FACTS,)},
)
