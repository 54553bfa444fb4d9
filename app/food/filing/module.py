"""The manifest of filing."""

from __future__ import annotations

from app.food.filing import api, jobs
from app.module import Bilingual, Every, Module

MODULE = Module(
    name="filing",
    title=Bilingual("报送", "Filing"),
    apis=(api.blueprint,),
    permissions=("entry.file", "book.read", "book.read_all"),
    announces=("entry.filed", "upload.finished", "food.expired_dispatched",
               "entry.licence_doubted"),
    periodic=(Every(seconds=60, job=jobs.RESUME_STALLED),),
    jobs=(jobs.READ_UPLOAD, jobs.RESUME_STALLED),
)
