"""Whether the book is still what was sealed: recomputed from its rows, up to every signature."""

from ledger.proof.queries.recheck.places import BATCH
from ledger.proof.queries.recheck.reading import Array
from ledger.proof.queries.recheck.rehash import rehash
from ledger.proof.queries.recheck.whole import Progress, Recheck, recheck

__all__ = ["BATCH", "Array", "Progress", "Recheck", "recheck", "rehash"]
