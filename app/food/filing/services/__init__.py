"""The verbs of filing: take a file in, file it chunk by chunk, refuse it, finish it."""

from app.food.filing.services.deliveries import (
    note_missing,
    receive,
    refuse_delivery,
    take_delivery,
)
from app.food.filing.services.uploads import (
    CHUNK_ROWS,
    Chunk,
    Overtaken,
    begin_reading,
    file_chunk,
    finish_upload,
    note_workbook,
    receive_upload,
    refuse_upload,
    sender_of,
    take_up_stalled,
)

__all__ = [
    "CHUNK_ROWS",
    "Chunk",
    "Overtaken",
    "begin_reading",
    "file_chunk",
    "finish_upload",
    "note_missing",
    "note_workbook",
    "receive",
    "receive_upload",
    "refuse_delivery",
    "refuse_upload",
    "sender_of",
    "take_delivery",
    "take_up_stalled",
]
