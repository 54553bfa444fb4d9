"""The verbs of scoring: keep schemes, know objects, gather facts, run, try a draft."""

from __future__ import annotations

from app.credit.scoring.services.objects import place_objects
from app.credit.scoring.services.running import Finished, run_now, run_scheme, sets_of
from app.credit.scoring.services.schemes import adopt_schemes, end_scheme, load_scheme
from app.credit.scoring.services.trying import try_draft

__all__ = [
    "Finished",
    "adopt_schemes",
    "end_scheme",
    "load_scheme",
    "place_objects",
    "run_now",
    "run_scheme",
    "sets_of",
    "try_draft",
]
