"""Where each table lives when the store is a cluster; one server ignores it.

A table is distributed by a column, copied to every node (``REFERENCE``), or kept on the
coordinator (``LOCAL``). Keys of a distributed table must contain its column: a test checks it.
Tables stand behind those their foreign keys name, so that they can be placed in this order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, text

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
    "lot_proof": REFERENCE,
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
    "certificate": REFERENCE,
    "certificate_target": REFERENCE,
    "certificate_file": REFERENCE,
    "certificate_withdrawal": REFERENCE,
    "paper_warning": REFERENCE,
    "account": LOCAL,
    "api_key": LOCAL,
    "delegation": LOCAL,
    "sign_in_attempt": LOCAL,
    "ended_session": LOCAL,
    "upload": LOCAL,
    "upload_row": LOCAL,
    "delivery_answer": LOCAL,
    "message": LOCAL,
    "message_address": LOCAL,
    "message_letter": LOCAL,
    "message_webhook": LOCAL,
    "message_call": LOCAL,
    "delivery_pass": LOCAL,
    "delivery_pass_line": LOCAL,
    "paper": LOCAL,
    "trace_request": LOCAL,
    "trace_request_answer": LOCAL,
    "consumer_report": LOCAL,
    "consumer_report_photo": LOCAL,
    "consumer_report_step": LOCAL,
    "recall": LOCAL,
    "recall_event": LOCAL,
    "recall_lot": LOCAL,
    "recall_holder": LOCAL,
    "recall_notice": LOCAL,
    "recall_answer": LOCAL,
    "recall_effect": LOCAL,
    "scheme": LOCAL,
    "score_object": REFERENCE,
    "score_run": LOCAL,
    "score": "subject_id",
    "combination": LOCAL,
    "combined_run": LOCAL,
    "combined_class": "subject_id",
    "credit_authorisation": LOCAL,
    "objection": LOCAL,
    "objection_step": LOCAL,
    "objection_file": LOCAL,
    "food_run": LOCAL,
    "food_grade": "subject_id",
    "food_grade_history": "subject_id",
    "risk_grade": "subject_id",
    "risk_grade_step": "subject_id",
    "food_conduct": "subject_id",
    "credit_item": REFERENCE,
    "credit_agency": REFERENCE,
    "credit_record": "subject_id",
    "credit_record_event": "subject_id",
    "credit_upload": LOCAL,
    "credit_upload_row": LOCAL,
    "credit_pending": LOCAL,
    "library": REFERENCE,
    "library_change": LOCAL,
    "library_member": "subject_id",
    "library_day": LOCAL,
    "library_snapshot": LOCAL,
    "library_mark": LOCAL,
    "visit": "subject_id",
    "visit_photo": "subject_id",
    "sign": "subject_id",
    "sign_reply": "subject_id",
}


_KNOWN = "suyuan.is_cluster"
_IS_CLUSTER = text("SELECT to_regproc('citus_version') IS NOT NULL")


def is_cluster(connection: Connection) -> bool:
    """Whether the store is a Citus cluster; asked once per connection."""
    info = connection.info
    if _KNOWN not in info:
        info[_KNOWN] = bool(connection.scalar(_IS_CLUSTER))
    return bool(info[_KNOWN])


def placing(names: Iterable[str]) -> Iterator[str]:
    """The statements that put tables where they belong, in an order a cluster accepts.

    Statement triggers do not exist on spread tables there: the book is closed by rights alone.
    """
    wanted = set(names)
    for kind in (REFERENCE, ""):  # what is spread may point at reference tables
        for name, place in PLACEMENT.items():
            if name not in wanted or place == LOCAL or (place == REFERENCE) != bool(kind):
                continue
            if place == REFERENCE:
                yield f"SELECT create_reference_table('{name}')"
            else:
                yield f"DROP TRIGGER IF EXISTS refuse_change ON {name}"
                yield f"SELECT create_distributed_table('{name}', '{place}')"
