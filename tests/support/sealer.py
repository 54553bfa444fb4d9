"""`python sealer.py`: seals a few leaves at a time without pause, to be killed while it seals.

An installation seals every ten seconds for some milliseconds; a kill at a random moment would
hardly ever meet it. This one seals next to it, as `suyuan proof seal` would, in units so small and
so many that most kills come in the midst of one. It goes on where the store was away.
"""

from __future__ import annotations

import time

from app.database import engine_for
from app.embedded import Services
from app.embedded.folders import Folders
from app.embedded.sharing import read_addresses
from app.proof.services import log_key
from app.settings import Settings, settings_of_this_process
from ledger.kernel import clock
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM
from ledger.proof.services import seal_entries

LEAVES_AT_ONCE = 4
PAUSE_SECONDS = 0.02


def running(settings: Settings) -> Settings:
    """The settings with the addresses of the services that run on the data folder."""
    known = read_addresses(Folders(data=settings.data))
    assert known is not None, "nothing runs there"
    services = Services(
        database_url=known.database_url,
        app_database_url=known.app_database_url,
        redis_url=known.redis_url,
        admin_database_url=known.admin_database_url,
    )
    return services.applied_to(settings)


def main() -> None:
    """Seal until killed."""
    settings = running(settings_of_this_process())
    key = log_key(settings)
    engine = engine_for(settings)
    while True:
        try:
            with units.begin(engine, actor=SYSTEM, now=clock.now(), request_id="sealer") as uow:
                waited = seal_entries(uow, key, LEAVES_AT_ONCE) is None
        except Exception:  # noqa: BLE001 - the store was killed; recheck judges what is left
            waited = True
        if waited:
            time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main()
