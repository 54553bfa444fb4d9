"""The manifest of credit records."""

from __future__ import annotations

from app.credit.records import cli, jobs
from app.credit.records.api import reading, submitting
from app.credit.records.queries.facts import FACTS
from app.credit.records.web import agencies, authorised, catalogue, file, own, shared, uploads
from app.module import Bilingual, Every, MenuItem, Module, Panel

PAGES = (uploads, own, catalogue, agencies)
"""Where the pages of taking records in stand; importing them puts them on the blueprint."""

MODULE = Module(
    name="records",
    title=Bilingual("信用记录", "Credit records"),
    webs=(authorised.blueprint, shared.blueprint),
    apis=(reading.blueprint, submitting.blueprint),
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
        MenuItem(
            endpoint="records.uploads",
            title=Bilingual("报送信用记录", "Submit records"),
            icon="file-up",
            needs="record.submit",
            order=20,
            phone=True,
        ),
        MenuItem(
            endpoint="records.own",
            title=Bilingual("已报送的记录", "Records submitted"),
            icon="list-checks",
            needs="record.submit",
            order=21,
        ),
        MenuItem(
            endpoint="records.catalogue",
            title=Bilingual("信用目录", "Catalogue"),
            icon="table-2",
            needs="record.read",
            order=46,
        ),
        MenuItem(
            endpoint="records.agencies",
            title=Bilingual("报送单位", "Agencies"),
            icon="building-2",
            needs="catalogue.manage",
            order=47,
        ),
        MenuItem(
            endpoint="records.pool",
            title=Bilingual("待匹配记录", "Rows that wait"),
            icon="list",
            needs="catalogue.manage",
            order=48,
        ),
    ),
    panels=(Panel(view=file.subject_panel, order=5),),
    extras={"fact_sources": (FACTS,)},
)
