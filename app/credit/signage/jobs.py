"""The job door of signs: kept true after every run, after single changes, and each day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.credit.signage import services
from app.credit.signage.queries.boards import board_of, boards
from app.credit.signage.queries.present import standings, standings_of
from app.credit.signage.terms import FOOD, KeepSigns
from app.doors.jobs import Job, JobRoom
from app.messages.services import tell
from app.messages.terms import Tell
from ledger.kernel import uow as units
from ledger.kernel.uow import UnitOfWork

KEEP_SECONDS = 3_600  # a day's renewals need not wait for midnight
_TOLD_MAX = 500


def keep(room: JobRoom, *, scheme: str = FOOD, subjects: Sequence[int] = (), **_: Any) -> None:
    """Make signs say what is true: those of the subjects named, or a scheme's all."""
    units.run(room.unit, lambda uow: kept(uow, scheme, subjects))


def kept(uow: UnitOfWork, scheme: str, subjects: Sequence[int]) -> None:
    """Keep the signs of a scheme, or of some of its subjects; nothing where it has no signs."""
    known = [one for one in boards(uow) if one.scheme == scheme]
    for board in known:
        found = standings_of(uow, board, subjects) if subjects else standings(uow, board)
        command = KeepSigns(scheme=scheme, standings=tuple(found), whole=not subjects)
        services.keep_signs(uow, command)


def keep_rated(room: JobRoom, *, code: str = "", **_: Any) -> None:
    """Make the signs of a scheme say what its newest run says."""
    keep(room, scheme=code)


def keep_all(room: JobRoom, **_: Any) -> None:
    """Keep the signs of every scheme, a unit each: what runs out is renewed in time."""
    schemes = units.run(room.unit, lambda uow: [one.scheme for one in boards(uow)])
    for scheme in schemes:
        keep(room, scheme=scheme)


def tell_of_signs(
    room: JobRoom, *, scheme: str, signs: Sequence[tuple[int, str]], **_: Any
) -> None:
    """Tell holders that a sign waits to be printed and hung."""

    def told(uow: UnitOfWork) -> None:
        title = board_of(uow, scheme).title
        holders = sorted({subject for subject, _ in signs})[:_TOLD_MAX]
        command = Tell(
            kind="sign.issued",
            operator_ids=holders,
            params={"title": {"zh": title[0], "en": title[1]}},
            link="/signs/mine",
            about=f"scheme:{scheme}",
            once_key=f"sign.issued:{scheme}:{signs[0][1]}",
        )
        tell(uow, command)

    if signs:
        units.run(room.unit, told)


KEEP = Job(name="signage.keep", work=keep)
KEEP_RATED = Job(name="signage.keep_rated", work=keep_rated)
KEEP_ALL = Job(name="signage.keep_all", work=keep_all, queue="daily")
TELL = Job(name="signage.tell", work=tell_of_signs)
