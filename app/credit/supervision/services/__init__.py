"""The verbs of libraries: load the official list, set up, amend, refresh, follow, keep."""

from app.credit.supervision.services.keeping import (
    amend_library,
    load_official,
    set_up_library,
    take_snapshot,
)
from app.credit.supervision.services.refreshing import (
    follow_changes,
    preview,
    refresh_all,
    refresh_part,
)

__all__ = [
    "amend_library",
    "follow_changes",
    "load_official",
    "preview",
    "refresh_all",
    "refresh_part",
    "set_up_library",
    "take_snapshot",
]
