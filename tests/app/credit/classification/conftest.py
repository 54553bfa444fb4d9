"""What tests of classification share: a firm with its registration on file."""

from __future__ import annotations

import pytest
from support.records import FIRM, a_record

from app.credit.records.rules.shipped import shipped_agencies
from app.credit.records.services.catalogue import load_agencies
from app.registry import wire


@pytest.fixture
def firm(uow):
    """The id of a firm that is registered since 2015 and sells food."""
    wire()
    load_agencies(uow, [one for one in shipped_agencies() if one.code in ("samr", "health")])
    said = {"registration_state": "active", "industry": "5223"}
    return a_record(uow, "registration.basic", uscc=FIRM, on="2015-05-10", **said)[0]
