"""The two operators whose lots and products are looked at."""

from __future__ import annotations

import pytest
from support.lots import people


@pytest.fixture
def dairy(uow):
    return people(uow)[0]


@pytest.fixture
def shop(uow):
    return people(uow)[1]
