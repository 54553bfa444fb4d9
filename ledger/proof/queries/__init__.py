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
from ledger.proof.queries.places import RECEIPTS_MAX, places_of, receipts_of, state_of

__all__ = [
    "RECEIPTS_MAX",
    "checkpoint_latest",
    "checkpoint_of",
    "checkpoint_over",
    "checkpoints_since",
    "consistency",
    "places_of",
    "receipts_of",
    "state_of",
    "tile_data",
    "tile_reader",
]
