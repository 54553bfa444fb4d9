"""The manifest of scanning and tracing."""

from __future__ import annotations

from app.food.trace import api
from app.module import Bilingual, Module

MODULE = Module(
    name="trace",
    title=Bilingual("溯源", "Trace"),
    apis=(api.blueprint,),
    permissions=("trace.all", "trace.own", "code.read", "product.read_public"),
)
