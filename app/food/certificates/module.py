"""The manifest of certificates."""

from __future__ import annotations

from app.food.certificates import api, cli, jobs, web
from app.module import Bilingual, Every, MenuItem, Module, Panel

MODULE = Module(
    name="certificates",
    title=Bilingual("合格证明", "Certificates"),
    apis=(api.blueprint,),
    webs=(web.blueprint,),
    commands=(cli.certificates,),
    menu=(
        MenuItem(
            endpoint="certificates.index",
            title=Bilingual("合格证明", "Certificates"),
            icon="badge-check",
            needs="certificate.read",
            order=42,
        ),
    ),
    permissions=("certificate.add", "certificate.read", "certificate.all"),
    panels=(Panel(view=web.subject_panel, order=40),),
    announces=(
        "certificate.attached",
        "certificate.withdrawn",
        "certificate.expiring",
        "certificate.expired",
        "licence.expiring",
        "licence.expired",
    ),
    reacts_to={
        "certificate.expiring": jobs.TELL_OF_PAPER,
        "certificate.expired": jobs.TELL_OF_PAPER,
        "certificate.withdrawn": jobs.TELL_OF_PAPER,
        "licence.expiring": jobs.TELL_OF_PAPER,
        "licence.expired": jobs.TELL_OF_PAPER,
    },
    periodic=(Every(seconds=86_400, job=jobs.WARN_OF_ENDS),),
    jobs=(jobs.WARN_OF_ENDS, jobs.TELL_OF_PAPER),
)
