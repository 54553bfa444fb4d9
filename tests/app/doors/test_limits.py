"""How often something may be asked is a setting, and each door that has one names a real one."""

from __future__ import annotations

import pytest

from app.settings import Settings, WrongSetting, settings_from

RATES = [name for name in vars(Settings()) if name.startswith("rate_limit")]


def test_every_stricter_limit_a_door_names_is_a_setting(app):
    named = {getattr(view, "limit", "") for view in app.view_functions.values()}
    assert {f"rate_limit_{name}" for name in named - {"", "none"}} <= set(RATES)
    assert {"sign_in", "public", "picture"} <= named


@pytest.mark.parametrize("name", RATES)
@pytest.mark.parametrize("said", ["600", "0 per minute", "many per minute", "6 per fortnight"])
def test_a_limit_that_cannot_be_read_is_named(name, said):
    with pytest.raises(WrongSetting) as problem:
        settings_from({f"SUYUAN_{name.upper()}": said, "SUYUAN_SECRET_KEY": "x" * 20})
    assert problem.value.params["variable"] == f"SUYUAN_{name.upper()}"


def test_a_limit_can_be_chosen():
    made = settings_from({"SUYUAN_RATE_LIMIT": "7 per hour", "SUYUAN_SECRET_KEY": "x" * 20})
    assert made.rate_limit == "7 per hour"
