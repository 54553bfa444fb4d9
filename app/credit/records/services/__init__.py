"""The verbs of records."""

from app.credit.records.services.catalogue import load_agencies, load_catalogue, load_shipped
from app.credit.records.services.changing import (
    correct_record,
    mark_record,
    repair_record,
    withdraw_record,
)
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
    "correct_record",
    "drop_pending",
    "finish_upload",
    "keep_chunk",
    "load_agencies",
    "load_catalogue",
    "load_shipped",
    "mark_record",
    "match_pending",
    "note_head",
    "receive_file",
    "refuse_upload",
    "repair_record",
    "sender_of",
    "submit_rows",
    "take_in_registered",
    "take_up_stalled",
    "withdraw_record",
]
