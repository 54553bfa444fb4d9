"""The reads of the log's doors: the log, the proofs of filings, and logs that others publish."""

from app.proof.queries.published import Published
from app.proof.queries.states import entry_proof, filing_proof, log_shown

__all__ = ["Published", "entry_proof", "filing_proof", "log_shown"]
