"""The reads of the log: checkpoints, tiles, paths between sizes, places and receipts of entries."""

from ledger.proof.queries.log import (
    checkpoint_latest,
    checkpoint_of,
    checkpoint_over,
    checkpoints_since,
    consistency,
    tile_data,
    tile_reader,
)
from ledger.proof.queries.places import (
    RECEIPTS_MAX,
    leaf_of,
    places_of,
    receipts_of,
    require_readable,
    state_of,
    written,
)
from ledger.proof.queries.recheck import Progress, Recheck, recheck
from ledger.proof.queries.witnesses import checkpoint_to_show, note_of, witnesses_seen

__all__ = [
    "RECEIPTS_MAX",
    "Progress",
    "Recheck",
    "checkpoint_latest",
    "checkpoint_of",
    "checkpoint_over",
    "checkpoint_to_show",
    "checkpoints_since",
    "consistency",
    "leaf_of",
    "note_of",
    "places_of",
    "receipts_of",
    "recheck",
    "require_readable",
    "state_of",
    "tile_data",
    "tile_reader",
    "witnesses_seen",
    "written",
]
