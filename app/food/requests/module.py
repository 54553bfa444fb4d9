"""The manifest of trace requests."""

from __future__ import annotations

from app.food.requests import jobs, web
from app.module import Bilingual, Every, MenuItem, Module

MODULE = Module(
    name="requests",
    title=Bilingual("补报要求", "Trace requests"),
    webs=(web.blueprint,),
    menu=(
        MenuItem(
            endpoint="requests.index",
            title=Bilingual("补报要求", "Requests"),
            icon="file-question-mark",
            needs="request.open",
            order=25,
        ),
    ),
    permissions=("request.open",),
    announces=("request.opened", "request.answered"),
    periodic=(Every(seconds=jobs.WATCH_SECONDS, job=jobs.WATCH),),
    jobs=(jobs.WATCH,),
)
