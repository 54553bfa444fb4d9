"""What the API of the log reads and answers."""

from __future__ import annotations

import base64
from dataclasses import asdict
from typing import Any

from marshmallow import Schema, fields, validate

from app.doors.api import Query, Wire
from app.proof.terms import EntryProof, FilingProof, LogShown
from ledger.proof.rules.note import NOTE_BYTES_MAX

PAGE, PAGE_MAX = 20, 100  # receipts of an answer; each is one to three thousand characters
_STATES = ("filed", "sealed", "published")


class ProofQuery(Query):
    """Which entries of a filing, and in whose book."""

    operator = fields.String(load_default="", metadata={"description": "USCC, where not your own"})
    after = fields.Integer(
        load_default=0,
        validate=validate.Range(0, 2**31 - 1),
        metadata={"description": "`next` of the page before"},
    )
    limit = fields.Integer(load_default=PAGE, validate=validate.Range(1, PAGE_MAX))


class EntryProofAnswer(Schema):
    """How far the proof of an entry has come, and its receipt."""

    entry = fields.String(required=True)
    state = fields.String(
        required=True,
        validate=validate.OneOf(_STATES),
        metadata={"description": "filed 已入账, sealed 已封存, published 已公布"},
    )
    index = fields.Integer(allow_none=True, metadata={"description": "place in the log"})
    receipt = fields.String(
        metadata={"description": "C2SP tlog-proof; keep it. Empty until it is sealed"}
    )


class FilingProofAnswer(Schema):
    """The proofs of a filing's entries, a page of them."""

    filing_key = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(_STATES))
    entries = fields.Integer(required=True)
    items = fields.List(fields.Nested(EntryProofAnswer), required=True)
    next = fields.Integer(allow_none=True, metadata={"description": "`after` of the next page"})


class WitnessAnswer(Schema):
    """A witness and the largest checkpoint it has signed; 0 where none."""

    name = fields.String(required=True)
    vkey = fields.String(required=True)
    size = fields.Integer(required=True)
    at = fields.DateTime(format="iso", allow_none=True)


class LogAnswer(Schema):
    """The log: its name, public key, newest checkpoint and witnesses."""

    origin = fields.String(required=True)
    key = fields.String(required=True, metadata={"description": "vkey: name+number+base64"})
    keys_before = fields.List(fields.String(), required=True)
    size = fields.Integer(required=True, metadata={"description": "leaves sealed; 0 before all"})
    root = fields.String(required=True, metadata={"description": "base64; empty before all"})
    signed_at = fields.DateTime(format="iso", allow_none=True)
    checkpoint = fields.String(required=True, metadata={"description": "the signed note"})
    witnesses = fields.List(fields.Nested(WitnessAnswer), required=True)


class CosignedBody(Wire):
    """A checkpoint of this log with the signatures of witnesses under it."""

    checkpoint = fields.String(required=True, validate=validate.Length(1, NOTE_BYTES_MAX))


class CosignedAnswer(Schema):
    """How many signatures were new."""

    accepted = fields.Integer(required=True)


def log_answer(shown: LogShown) -> dict[str, Any]:
    """The log as the API tells it."""
    newest = shown.checkpoint
    return {
        "origin": shown.origin,
        "key": shown.key,
        "keys_before": list(shown.keys_before),
        "size": newest.size if newest else 0,
        "root": base64.b64encode(newest.root).decode() if newest else "",
        "signed_at": newest.signed_at if newest else None,
        "checkpoint": shown.note,
        "witnesses": [asdict(one) for one in shown.witnesses],
    }


def entry_answer(proof: EntryProof) -> dict[str, Any]:
    """The proof of an entry as the API tells it."""
    return {
        "entry": proof.reference,
        "state": proof.state.value,
        "index": proof.index,
        "receipt": proof.receipt,
    }


def filing_answer(proof: FilingProof) -> dict[str, Any]:
    """The proofs of a filing as the API tells them."""
    return {
        "filing_key": proof.filing_key,
        "state": proof.state.value,
        "entries": proof.entries,
        "items": [entry_answer(one) for one in proof.proofs],
        "next": proof.next,
    }
