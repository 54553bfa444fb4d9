"""A rated shop with its signs, for the tests that look at every page."""

from __future__ import annotations

from typing import Any

from app.credit.ratings.rules import due_day
from app.credit.ratings.services import run_ratings
from app.credit.ratings.terms import RunRatings
from app.credit.scoring.services import adopt_schemes
from app.credit.signage import queries
from app.credit.signage.jobs import kept
from app.credit.signage.services import say_reply
from app.credit.signage.terms import SayReply
from ledger.kernel.uow import UnitOfWork
from support import rated


def a_rated_shop(uow: UnitOfWork, subject_id: int) -> dict[str, Any]:
    """Addresses' parts: the number of a subject's sign, and of what it is rated as."""
    rated.broker(uow, subject_id)
    rated.eighty_one(uow, subject_id, "JG-1")
    adopt_schemes(uow, ["broker_stars"])
    run_ratings(uow, RunRatings(scheme="broker_stars", as_of=due_day(uow.today)))
    kept(uow, "broker_stars", ())
    held = [one for one in queries.signs_of_subject(uow, subject_id) if one.object_number == "JG-1"]
    say_reply(uow, SayReply(number=held[0].number, text="欢迎监督。"))
    return {"sign": held[0].number, "rated": "broker_stars/JG-1"}
