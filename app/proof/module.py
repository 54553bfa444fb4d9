"""The manifest of the log."""

from __future__ import annotations

from app.module import Bilingual, Every, MenuItem, Module
from app.proof import api, cli, jobs, web

MODULE = Module(
    name="proof",
    title=Bilingual("存证", "Proof"),
    apis=(api.blueprint,),
    webs=(web.blueprint,),
    commands=(cli.proof, cli.book),
    menu=(
        MenuItem(
            endpoint="proof.show",
            title=Bilingual("存证", "Proof"),
            icon="shield-check",
            needs="code.read",
            order=90,
        ),
    ),
    announces=("entries.sealed",),
    periodic=(Every(seconds=jobs.SEAL_SECONDS, job=jobs.SEAL),),
    jobs=(jobs.SEAL,),
)
