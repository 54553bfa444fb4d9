"""The manifest of scoring."""

from __future__ import annotations

from app.module import Bilingual, Module

MODULE = Module(
    name="scoring",
    title=Bilingual("信用评分", "Scoring"),
    announces=("scheme.loaded", "scores.made"),
)
