"""The verbs of the proof: seal what was filed."""

from ledger.proof.services.sealing import LEAVES_MAX, seal_entries

__all__ = ["LEAVES_MAX", "seal_entries"]
