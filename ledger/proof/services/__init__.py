"""The verbs of the proof: seal what was filed, take in what witnesses have signed."""

from ledger.proof.services.adopting import adopt_entries
from ledger.proof.services.purging import Purged, purge_book
from ledger.proof.services.sealing import LEAVES_MAX, seal_entries
from ledger.proof.services.witnesses import accept_cosignatures

__all__ = [
    "LEAVES_MAX",
    "Purged",
    "accept_cosignatures",
    "adopt_entries",
    "purge_book",
    "seal_entries",
]
