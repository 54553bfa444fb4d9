"""The API door of the log: what it is, the proofs of filings and entries, witnesses' signatures."""

from __future__ import annotations

from typing import Any

from app.doors import http
from app.doors.api import endpoint
from app.doors.exact import ExactBlueprint
from app.food.filing.queries.books import operator_meant
from app.proof import queries, schemas, services
from app.proof.terms import LogShown
from ledger.entries import queries as book
from ledger.kernel.uow import UnitOfWork
from ledger.proof.services import accept_cosignatures

blueprint = ExactBlueprint(
    "log-api", __name__, url_prefix="/api/v1", description="The proof that nothing was changed"
)


@endpoint(blueprint, "/log", needs="code.read", answers=schemas.LogAnswer, limit="public")
def log(uow: UnitOfWork) -> dict[str, Any]:
    """Read the log's name, public key, newest checkpoint and witnesses."""
    return schemas.log_answer(_shown(uow))


@endpoint(
    blueprint,
    "/log/cosignatures",
    method="POST",
    loads=schemas.CosignedBody,
    needs="code.read",
    answers=schemas.CosignedAnswer,
    limit="public",
)
def cosign(uow: UnitOfWork, body: dict[str, str]) -> dict[str, int]:
    """Send a checkpoint that a witness of this log has signed; signatures of others are no use."""
    settings = http.room().settings
    key = services.log_key(settings).verifier
    witnesses = services.witness_keys(settings)
    return {"accepted": accept_cosignatures(uow, body["checkpoint"], key, witnesses)}


@endpoint(
    blueprint,
    "/filings/<path:key>/proof",
    loads=schemas.ProofQuery,
    location="query",
    needs="book.read",
    answers=schemas.FilingProofAnswer,
    audits="filing.look_up",
)
def filing(uow: UnitOfWork, query: dict[str, Any], key: str) -> dict[str, Any]:
    """Read how far the proof of a filing has come, and its receipts, a page at a time."""
    filed = book.filing_by_key(uow, operator_meant(uow, query["operator"]), key)
    proof = queries.filing_proof(
        uow, filed, after=query["after"], limit=query["limit"], witnessed=_witnessed()
    )
    return schemas.filing_answer(proof)


@endpoint(
    blueprint,
    "/entries/<reference>/proof",
    needs="book.read",
    answers=schemas.EntryProofAnswer,
    audits="entry.look_up",
)
def entry(uow: UnitOfWork, reference: str) -> dict[str, Any]:
    """Read how far the proof of an entry has come, and its receipt."""
    return schemas.entry_answer(queries.entry_proof(uow, reference, witnessed=_witnessed()))


def _shown(uow: UnitOfWork) -> LogShown:
    settings = http.room().settings
    return queries.log_shown(
        uow,
        services.log_key(settings).verifier,
        before=services.keys_before(settings),
        witnesses=services.witness_keys(settings),
    )


def _witnessed() -> bool:
    return bool(services.witness_keys(http.room().settings))
