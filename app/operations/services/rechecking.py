"""After a restore: whether the book is what was sealed, before anybody works with it."""

from __future__ import annotations

import os

from sqlalchemy import Engine

from app.operations.services.keys import keys_of
from app.settings import Settings
from ledger.proof.queries import Progress, Recheck, recheck
from ledger.proof.rules.keys import parse_secret
from ledger.proof.terms import Rechecked


def recheck_restored(settings: Settings, store: Engine, told: Progress) -> Rechecked | None:
    """Recompute the whole log from the rows; None where the log's key is not here to compare with.

    Reads one moment of the store with as many processes as there are cores; needs room for some
    40 bytes per entry in the data folder. Refuses: BookUnreadable.
    """
    key = keys_of(settings).get("log_key", "").strip()
    if not key:
        return None
    asked = Recheck(
        verifiers=[parse_secret(key).verifier],
        folder=settings.data,
        workers=os.cpu_count() or 1,
    )
    return recheck(store, asked, told)
