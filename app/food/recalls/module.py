"""The manifest of recalls."""

from __future__ import annotations

from app.food.recalls import api, cli, jobs
from app.food.recalls.web import answering, cases, papers, public, shared, steps
from app.module import Bilingual, Every, MenuItem, Module

PAGES = (cases, steps, papers, answering, public)
"""Where the pages stand; importing them puts them on the blueprint."""

MODULE = Module(
    name="recalls",
    title=Bilingual("召回", "Recalls"),
    apis=(api.blueprint,),
    webs=(shared.blueprint,),
    banners=(public.banner,),
    menu=(
        MenuItem(
            endpoint="recalls.index",
            title=Bilingual("召回", "Recalls"),
            icon="siren",
            needs="recall.read",
            order=43,
        ),
    ),
    commands=(cli.recalls,),
    permissions=(
        "recall.open",
        "recall.read",
        "recall.read_all",
        "recall.order",
        "recall.answer",
    ),
    announces=(
        "recall.opened",
        "recall.spread_wanted",
        "recall.state",
        "recall.notice_sent",
        "recall.answered",
        "recall.scope_grew",
        "recall.overdue",
        "recall.closed",
    ),
    reacts_to={
        "recall.spread_wanted": jobs.SPREAD,
        "recall.notice_sent": jobs.TELL_HOLDERS,
        "recall.overdue": jobs.TELL_OFFICIALS,
        "recall.closed": jobs.TELL_CLOSED,
    },
    periodic=(
        Every(seconds=jobs.LOOK_SECONDS, job=jobs.LOOK_AGAIN),
        Every(seconds=jobs.CLOCK_SECONDS, job=jobs.WATCH_CLOCKS),
    ),
    jobs=(jobs.SPREAD, jobs.LOOK_AGAIN, jobs.WATCH_CLOCKS),
)
