"""Libraries read: their list, members on a day, changes, snapshots; subjects with their tags."""

from app.credit.supervision.queries.libraries import (
    attributes_counted,
    libraries_page,
    library_by_code,
    library_by_id,
    library_history,
    rules_in_force,
)
from app.credit.supervision.queries.members import (
    changed_on,
    changes_by_day,
    every_member,
    members_page,
    memberships_of,
    snapshot_by_id,
    snapshots_of,
)
from app.credit.supervision.queries.tagged import Traded, tag_columns, tagged_subject, traded

__all__ = [
    "Traded",
    "attributes_counted",
    "changed_on",
    "changes_by_day",
    "every_member",
    "libraries_page",
    "library_by_code",
    "library_by_id",
    "library_history",
    "members_page",
    "memberships_of",
    "rules_in_force",
    "snapshot_by_id",
    "snapshots_of",
    "tag_columns",
    "tagged_subject",
    "traded",
]
