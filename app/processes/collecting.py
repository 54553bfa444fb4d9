"""How often a process that works looks for circles of objects nobody needs any more."""

from __future__ import annotations

import gc

_NEW_OBJECTS, _YOUNG_RUNS, _MIDDLE_RUNS = 200_000, 20, 100


def collect_rarely() -> None:
    """Let the collector run once in 200,000 new objects instead of once in 700.

    A filing of thousands of lines makes hundreds of thousands of objects that all live until its
    end: with Python's own thresholds the collector looked at them again and again, 20 to 40 per
    cent of a large filing, and found nothing. Almost everything here is freed by its reference
    count; what is not waits a little longer.
    """
    gc.set_threshold(_NEW_OBJECTS, _YOUNG_RUNS, _MIDDLE_RUNS)
