"""The two operators most filings are about: a dairy, and a shop that buys from it."""

from __future__ import annotations

from datetime import date

import pytest
from support.filings import an_operator

from ledger.subjects.terms import LicenceKind, LicenceNamed, SubjectKind


@pytest.fixture
def dairy(uow):
    return an_operator(uow, 1)


@pytest.fixture
def shop(uow):
    licence = LicenceNamed(
        kind=LicenceKind.JY,
        number="JY13502030001236",
        valid_from=date(2024, 1, 1),
        valid_to=date(2028, 12, 31),
    )
    return an_operator(uow, 2, kinds=(SubjectKind.DISTRIBUTION,), licences=(licence,))
