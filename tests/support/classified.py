"""A classified firm and a draft that was tried, for the tests that look at every page."""

from __future__ import annotations

from datetime import date

from app.credit.classification.services import classify
from app.credit.scoring.queries import scheme_in_force
from app.credit.scoring.services import adopt_schemes, load_scheme, try_draft
from app.credit.scoring.terms import LoadScheme, SchemeState
from app.credit.signage import queries
from app.credit.signage.jobs import kept
from ledger.kernel.uow import UnitOfWork
from support import rated

_DRAFTED = "broker_stars"


def a_classified_shop(uow: UnitOfWork, shop: int) -> dict[str, str]:
    """All shipped schemes kept, the graded shop classified and signed, a draft tried.

    What stands in the addresses of their pages.
    """
    said = {"registration_state": "active", "industry": "5223", "capital": "50"}
    rated.record(uow, shop, "registration.basic", date(2015, 5, 10), said)
    adopt_schemes(uow)
    classify(uow, uow.today)
    kept(uow, "food", ())
    hung = [one for one in queries.signs_of_subject(uow, shop) if one.held.scheme == "food"]
    known = scheme_in_force(uow, _DRAFTED, uow.today)
    version = known.scheme.version
    text = known.text.replace(f'version = "{version}"', 'version = "draft"', 1)
    text = text.replace("at_least = 80", "at_least = 85", 1)
    load_scheme(uow, LoadScheme(text=text, state=SchemeState.DRAFT))
    try_draft(uow, _DRAFTED, "draft", uow.today)
    return {"food_sign": hung[0].number, "drafted": f"{_DRAFTED}/draft"}
