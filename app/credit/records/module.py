"""The manifest of credit records."""

from __future__ import annotations

from app.credit.records import cli
from app.credit.records.queries.facts import FACTS
from app.module import Bilingual, Module

MODULE = Module(
    name="records",
    title=Bilingual("信用记录", "Credit records"),
    commands=(cli.credit,),
    permissions=("record.submit", "record.read", "catalogue.manage"),
    extras={"fact_sources": (FACTS,)},
)
