"""The dairy whose lots come with papers, and the shop that buys from it."""

from __future__ import annotations

import pytest
from support.filings import an_operator


@pytest.fixture
def dairy(uow):
    return an_operator(uow, 1)


@pytest.fixture
def shop(uow):
    return an_operator(uow, 2)
