"""The manifest of filing."""

from __future__ import annotations

from app.food.filing import api, cli, jobs
from app.food.filing.web import book, entry, home, labels, receipt, shared, uploads
from app.module import Bilingual, Every, MenuItem, Module

PAGES = (home, receipt, uploads, entry, book, labels)
"""Where the pages stand; importing them puts them on the blueprint."""

MODULE = Module(
    name="filing",
    title=Bilingual("报送", "Filing"),
    apis=(api.blueprint,),
    webs=(shared.blueprint,),
    commands=(cli.file, cli.book),
    permissions=("entry.file", "book.read", "book.read_all"),
    menu=(
        MenuItem(
            endpoint="filing.home",
            title=Bilingual("待办", "To do"),
            icon="house",
            needs="entry.file",
            order=10,
            phone=True,
        ),
        MenuItem(
            endpoint="filing.uploads",
            title=Bilingual("报送台账", "File a sheet"),
            icon="file-up",
            needs="entry.file",
            order=20,
        ),
        MenuItem(
            endpoint="filing.new_entry",
            title=Bilingual("填一笔", "File an entry"),
            icon="pencil",
            needs="entry.file",
            order=22,
        ),
        MenuItem(
            endpoint="filing.book",
            title=Bilingual("我的台账", "My book"),
            icon="book-open",
            needs="entry.file",
            order=25,
            phone=True,
        ),
    ),
    announces=(
        "entry.filed",
        "upload.finished",
        "food.expired_dispatched",
        "entry.licence_doubted",
        "delivery.missing",
    ),
    periodic=(
        Every(seconds=5, job=jobs.RESUME_STALLED),
        Every(seconds=600, job=jobs.MAKE_ROOM),
        Every(seconds=86_400, job=jobs.PAIR_DELIVERIES),
    ),
    jobs=(jobs.READ_UPLOAD, jobs.RESUME_STALLED, jobs.MAKE_ROOM, jobs.PAIR_DELIVERIES),
)
