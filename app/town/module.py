"""The sample town's manifest: one command."""

from __future__ import annotations

from app.module import Bilingual, Module
from app.town.cli import seed

MODULE = Module(name="town", title=Bilingual("样例城镇", "Sample town"), commands=(seed,))
