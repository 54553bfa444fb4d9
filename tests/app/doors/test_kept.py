"""Pages that are drawn once for the same contents say what is so at the moment they are asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, text
from support.accounts import house, person, signed_in
from support.filed_town import MILK, MILK_LOT, file_town

from app.doors import kept
from app.doors.kept import KeptPages
from app.factory import create_app
from app.settings import Settings
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM, Actor, Role
from ledger.products.services import hold_lots, release_lots
from ledger.products.terms import HoldLots, ReleaseLots

PAGE = f"/01/{MILK}/10/{MILK_LOT}"


class Clock:
    """A clock the test moves."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def moment(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def program(settings: Settings, database: Connection, now: datetime, moment: Clock) -> Flask:
    with units.begin(database, actor=SYSTEM, now=now) as uow:
        file_town(uow)
    made = create_app(settings, bind=database, now=moment)
    made.config.update(TESTING=True)
    made.extensions["suyuan.limiter"].enabled = False
    return made


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The templates that were really drawn."""
    found: list[str] = []
    draw = kept.render_template

    def drawn(template: str, **context: Any) -> str:
        found.append(template)
        return draw(template, **context)

    monkeypatch.setattr(kept, "render_template", drawn)
    return found


def _shown(program: Flask, address: str = PAGE, theme: str = "", **asking: Any) -> str:
    client = program.test_client()
    if theme:
        client.set_cookie("suyuan_theme", theme)
    answer = client.get(address, **asking)
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def test_what_has_not_changed_is_drawn_once_and_says_when_it_was_asked(
    program: Flask, moment: Clock, drawings: list[str]
) -> None:
    first = _shown(program)
    was = moment.now.isoformat()
    moment.now += timedelta(seconds=7, microseconds=12)
    second = _shown(program)
    assert len(drawings) == 1
    assert first == second.replace(moment.now.isoformat(), was)
    assert moment.now.isoformat() in second
    moment.now += timedelta(minutes=1)
    assert moment.now.isoformat() in _shown(program)
    assert len(drawings) == 2


def test_a_stop_shows_at_once_and_so_does_its_end(
    program: Flask, database: Connection, now: datetime
) -> None:
    warning = "已要求停止销售"
    before = _shown(program)
    assert warning not in before
    assert _shown(program) == before
    with _inspecting(database, now) as uow:
        (lot,) = uow.session.scalars(_LOT, {"number": MILK_LOT})
        hold_lots(uow, HoldLots(cause="recall:7", lots=(lot,), reason="抽检不合格"))
    assert warning in _shown(program)
    with _inspecting(database, now) as uow:
        release_lots(uow, ReleaseLots(cause="recall:7", reason="复检合格"))
    assert warning not in _shown(program)


_LOT = text("SELECT id FROM lot WHERE number = :number")


def _inspecting(database: Connection, now: datetime) -> Any:
    inspector = Actor(role=Role.INSPECTOR, account_id=None, name="测试")
    return units.begin(database, actor=inspector, now=now)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE product SET name = name || '新'",
        "UPDATE subject SET name = name || '新'",
        "UPDATE product SET confirmed = NOT confirmed",
        "UPDATE licence SET revoked_on = DATE '2026-01-01'",
    ],
)
def test_whatever_a_page_says_is_drawn_anew_when_it_changes(
    program: Flask, database: Connection, now: datetime, drawings: list[str], change: str
) -> None:
    before = _shown(program)
    _changed(database, now, change)
    after = _shown(program)
    assert (after == before) == (len(drawings) == 1)
    fresh = create_app(program.extensions["suyuan"].settings, bind=database, now=lambda: now)
    fresh.config.update(TESTING=True)
    fresh.extensions["suyuan.limiter"].enabled = False
    assert _shown(fresh) == after


def _changed(database: Connection, now: datetime, change: str) -> None:
    with units.begin(database, actor=SYSTEM, now=now) as uow:
        uow.session.execute(text(change))


def test_readers_get_their_own_language_theme_and_address(
    program: Flask, drawings: list[str]
) -> None:
    plain = _shown(program)
    english = _shown(program, headers={"Accept-Language": "en"})
    dark = _shown(program, theme="dark")
    other = _shown(program, f"{PAGE}?x=1")
    assert '<html lang="en"' in english
    assert 'data-theme="dark"' in dark
    assert "data-theme" not in plain
    assert "x=1" in other
    assert len(drawings) == 4
    assert _shown(program) == plain
    assert len(drawings) == 4


def test_who_is_signed_in_gets_a_page_of_their_own(
    program: Flask, database: Connection, now: datetime, drawings: list[str]
) -> None:
    with house(database, now) as uow:
        person(uow)
    program.config.update(WTF_CSRF_ENABLED=False)
    client = signed_in(program)
    assert client.get(PAGE).status_code == 200
    assert drawings == []


def test_the_oldest_page_makes_room(program: Flask) -> None:
    pages = KeptPages(pages_max=2)
    program.extensions["suyuan.kept_pages"] = pages
    for number in range(5):
        _shown(program, f"{PAGE}?x={number}")
    assert len(pages) == 2
