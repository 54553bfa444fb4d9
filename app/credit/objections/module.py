"""The manifest of objections."""

from __future__ import annotations

from app.credit.objections import api, jobs, web
from app.module import BesideRecord, Bilingual, Every, MenuItem, Module

MODULE = Module(
    name="objections",
    title=Bilingual("异议", "Objections"),
    apis=(api.blueprint,),
    webs=(web.blueprint,),
    permissions=("objection.file", "objection.handle", "objection.answer"),
    menu=(
        MenuItem(
            endpoint="objections.index",
            title=Bilingual("异议处理", "Objections"),
            icon="flag",
            needs="objection.handle",
            order=46,
        ),
        MenuItem(
            endpoint="objections.index",
            title=Bilingual("待答异议", "Objections to answer"),
            icon="flag",
            needs="objection.answer",
            order=46,
        ),
    ),
    beside_records=(BesideRecord(view=web.beside_records, words=web.words_beside),),
    announces=("objection.filed", "objection.upheld", "objection.rejected"),
    periodic=(Every(seconds=jobs.WATCH_SECONDS, job=jobs.WATCH),),
    jobs=(jobs.WATCH,),
)
