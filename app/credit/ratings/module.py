"""The manifest of ratings."""

from __future__ import annotations

from pathlib import Path

from app.credit.ratings import api, jobs, services, web
from app.credit.ratings.terms import SOURCE
from app.credit.scoring.terms import ObjectSource
from app.module import Bilingual, Every, FilePart, MenuItem, Module, Place

_SCHEMES = Path(__file__).parent / "data" / "schemes"
OBJECTS = ObjectSource(
    name=SOURCE,
    gather=services.gather_objects,
    required=frozenset({"item", "number", "name"}),
    optional=frozenset({"parent", "place", "person", "current"}),
    check=services.wrong_key,
)
"""What is registered in records as a source of objects: ``[[objects]] from = "records"``."""

MODULE = Module(
    name="ratings",
    title=Bilingual("行业信用评价", "Ratings"),
    apis=(api.blueprint,),
    webs=(web.blueprint,),
    menu=(
        MenuItem(
            endpoint="ratings.index",
            title=Bilingual("行业信用评价", "Ratings"),
            icon="star",
            needs="score.read",
            order=47,
        ),
    ),
    file_parts=(FilePart(view=web.part, order=30, place=Place.BODY),),
    periodic=(Every(seconds=jobs.LOOK_SECONDS, job=jobs.RATE),),
    jobs=(jobs.RATE,),
    extras={"object_sources": (OBJECTS,), "schemes": tuple(sorted(_SCHEMES.glob("*.toml")))},
)
