"""Dossiers of due diligence: what an operator can show about a lot it bought (Art. 136)."""
