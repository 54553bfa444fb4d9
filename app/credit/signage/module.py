"""The manifest of signs."""

from __future__ import annotations

from app.credit.signage import api, jobs
from app.credit.signage.queries import subject_of_sign
from app.credit.signage.web import file, holders, office, open_data, printing, public, shared
from app.module import Bilingual, Every, FilePart, MenuItem, Module, Place

PAGES = (public, printing, holders, office, open_data)
"""Where the pages stand; importing them puts them on the blueprint."""

MODULE = Module(
    name="signage",
    title=Bilingual("公示牌", "Signs"),
    apis=(api.blueprint,),
    webs=(shared.blueprint,),
    permissions=("sign.read_own", "sign.read", "sign.issue"),
    menu=(
        MenuItem(
            endpoint="signage.mine",
            title=Bilingual("我的公示牌", "My signs"),
            icon="badge-check",
            needs="sign.read_own",
            order=48,
        ),
        MenuItem(
            endpoint="signage.index",
            title=Bilingual("公示牌", "Signs"),
            icon="badge-check",
            needs="sign.read",
            order=49,
        ),
    ),
    file_parts=(FilePart(view=file.part, order=50, place=Place.BODY),),
    announces=("sign.issued", "sign.revoked"),
    reacts_to={
        "grade.changed": jobs.KEEP,
        "scores.made": jobs.KEEP_RATED,
        "sign.issued": jobs.TELL,
    },
    periodic=(Every(seconds=jobs.KEEP_SECONDS, job=jobs.KEEP_ALL),),
    jobs=(jobs.KEEP, jobs.KEEP_RATED, jobs.KEEP_ALL, jobs.TELL),
    extras={"finds_subject": (subject_of_sign,)},
)
