"""How long to go on killing: a round in the gate, ten minutes when asked for."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest tests/crash -s --crash-minutes 10` kills at random moments for ten minutes."""
    parser.addoption("--crash-minutes", type=float, default=0.0, help="kill for so long")


@pytest.fixture(scope="session")
def crash_minutes(request: pytest.FixtureRequest) -> float:
    """For how many minutes parts are killed at random after each was killed once."""
    return float(request.config.getoption("--crash-minutes", default=0.0))
