"""Whether the book is still what was sealed: recomputed from its rows, up to every signature."""

from ledger.proof.queries.recheck.whole import Progress, Recheck, recheck

__all__ = ["Progress", "Recheck", "recheck"]
