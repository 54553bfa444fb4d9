"""The words of the log's doors: what is said about the log, and about a filing's proof."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ledger.proof.terms import ProofState, SignedCheckpoint, Witnessed


@dataclass(frozen=True, slots=True, kw_only=True)
class LogShown:
    """The log as its page and the API show it; no checkpoint before the first sealing."""

    origin: str
    key: str
    keys_before: tuple[str, ...]
    checkpoint: SignedCheckpoint | None
    note: str
    witnesses: tuple[Witnessed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryProof:
    """The proof of one entry: its receipt as text once it is sealed, and its place in the log."""

    reference: str
    state: ProofState
    index: int | None
    receipt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingProof:
    """The proofs of a filing's entries, a page of them; ``next`` is where the next page begins."""

    filing_id: int
    filing_key: str
    filed_at: datetime
    state: ProofState
    entries: int
    proofs: tuple[EntryProof, ...]
    next: int | None
