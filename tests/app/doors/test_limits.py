"""How often something may be asked is a setting, and each door that has one names a real one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import request

from app.factory import create_app
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


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "192.0.2.9")])
def test_an_address_is_believed_from_our_own_proxies_only(settings, database, now, proxies, seen):
    chosen = replace(settings, trusted_proxies=proxies)
    made = create_app(chosen, bind=database, now=lambda: now)
    said = []
    made.before_request(lambda: said.append(request.remote_addr))
    made.test_client().get("/help", headers={"X-Forwarded-For": "203.0.113.1, 192.0.2.9"})
    assert said == [seen]
