"""The manifest of credit records."""

from __future__ import annotations

from app.module import Bilingual, Module

MODULE = Module(
    name="records",
    title=Bilingual("信用记录", "Credit records"),
    permissions=("record.submit", "record.read", "catalogue.manage"),
)
