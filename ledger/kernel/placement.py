"""Where each table lives when the store is a cluster; one server ignores it.

A table is distributed by a column, copied to every node (``REFERENCE``), or kept on the
coordinator (``LOCAL``). Keys of a distributed table must contain its column: a test checks it.
"""

from __future__ import annotations

REFERENCE = "reference"
LOCAL = "local"

PLACEMENT: dict[str, str] = {
    "outbox_fact": LOCAL,
    "audit_line": LOCAL,
    "parameter": REFERENCE,
    "subject": REFERENCE,
    "subject_change": REFERENCE,
    "premises": REFERENCE,
    "licence": REFERENCE,
    "product": REFERENCE,
    "product_claim": REFERENCE,
    "lot": "product_id",
    "lot_hold": REFERENCE,
    "unit_word": REFERENCE,
    "logistic_unit": REFERENCE,
    "unit_content": REFERENCE,
    "filing": "operator_id",
    "entry": "lot",
    "entry_note": "lot",
    "pairing_day": "operator_id",
    "leaf_batch": "operator_id",
    "leaf_queue": "operator_id",
    "log_span": LOCAL,
    "log_tile": LOCAL,
    "log_checkpoint": LOCAL,
    "log_cosignature": LOCAL,
    "purge": LOCAL,
    "purged_record": LOCAL,
    "account": LOCAL,
    "api_key": LOCAL,
    "delegation": LOCAL,
    "sign_in_attempt": LOCAL,
    "ended_session": LOCAL,
    "upload": LOCAL,
    "upload_row": LOCAL,
    "delivery_answer": LOCAL,
}
