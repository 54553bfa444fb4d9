"""The verbs of records."""

from app.credit.records.services.pool import drop_pending, match_pending, take_in_registered
from app.credit.records.services.submitting import submit_rows
from app.credit.records.services.uploads import (
    begin_reading,
    finish_upload,
    keep_chunk,
    note_head,
    receive_file,
    refuse_upload,
    sender_of,
    take_up_stalled,
)

__all__ = [
    "begin_reading",
    "drop_pending",
    "finish_upload",
    "keep_chunk",
    "match_pending",
    "note_head",
    "receive_file",
    "refuse_upload",
    "sender_of",
    "submit_rows",
    "take_in_registered",
    "take_up_stalled",
]
