"""What tests of scoring share."""

from __future__ import annotations

import pytest
from support.made_facts import made_facts


@pytest.fixture
def made():
    with made_facts() as found:
        yield found
