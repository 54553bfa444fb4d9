"""The whole program at work on the loopback with a hamlet in its book, for real browsers."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from flask import Flask
from redis import Redis
from sqlalchemy import Engine, text
from werkzeug.serving import WSGIRequestHandler, make_server

from app.accounts import services as accounts
from app.accounts.terms import CreateAccount
from app.database import engine_for
from app.doors.jobs import JobRoom
from app.factory import create_app
from app.processes.listening import listening_socket
from app.processes.programs import PROJECT
from app.proof.jobs import seal
from app.settings import Settings, environ_for_child
from app.town import services as town
from app.town.rules.firms import Size
from app.town.rules.papers import papers_of
from app.town.rules.whole import small_town
from app.town.terms import Day, Story, Town
from ledger.entries.terms import Line
from ledger.kernel import clock
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM, Role
from ledger.kernel.zone import SHANGHAI
from ledger.products.services import hold_lot
from ledger.products.terms import HoldLot
from ledger.subjects.queries import subject_by_uscc
from support.accounts import PASSWORD

HAMLET = Size(
    farms=1,
    factories=35,
    wholesalers=3,
    markets=1,
    shops=16,
    kitchens=8,
    schools=1,
    goods_per_noun=1,
    days=55,
)
PEOPLE = {
    "dianzhu": Role.OPERATOR,
    "zhifa": Role.INSPECTOR,
    "dengji": Role.REGISTRAR,
    "guanli": Role.ADMIN,
}
KEPT_LOT = 12
DAYS_AT_ONCE = 7
# Jobs of other sites' databases must not come to this site's worker; Redis has 16 rooms.
_QUEUE_OF_OUR_OWN = 2 + os.getpid() % 14


@dataclass(frozen=True, kw_only=True)
class Site:
    """A running installation: where it answers, what it stands on, and the story in its book."""

    address: str
    settings: Settings
    app: Flask
    engine: Engine
    story: Story
    held_lot: str
    """The public address of a lot of other goods, which an inspector has stopped."""

    def one(self, sql: str, **values: object) -> object:
        """A single value out of the database, to find what has no address yet."""
        with self.engine.connect() as connection:
            return connection.scalar(text(sql), values)


@contextlib.contextmanager
def live_site(settings: Settings) -> Iterator[Site]:
    """The program, its worker and a filed hamlet on a migrated database of their own."""
    chosen = _with_own_queue(settings)
    Redis.from_url(chosen.redis_url).flushdb()
    with listening_socket("127.0.0.1", 0) as sock, contextlib.ExitStack() as stack:
        chosen = replace(chosen, host="127.0.0.1", port=sock.getsockname()[1])
        stack.enter_context(_worker(chosen))
        engine = engine_for(replace(chosen, database_pool_size=8))
        stack.callback(engine.dispose)
        story = _settled(chosen, engine)
        seal(JobRoom(settings=chosen, bind=engine, redis=Redis.from_url(chosen.redis_url)))
        app = create_app(chosen, bind=engine)
        server = make_server(
            "127.0.0.1", 0, app, threaded=True, fd=sock.fileno(), request_handler=_Silent
        )
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        stack.callback(server.server_close)
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        yield Site(
            address=chosen.origin,
            settings=chosen,
            app=app,
            engine=engine,
            story=story,
            held_lot=_held(engine, story),
        )


class _Silent(WSGIRequestHandler):
    """Answers without a line for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def _with_own_queue(settings: Settings) -> Settings:
    place, _, query = settings.redis_url.partition("?")
    others = [part for part in query.split("&") if part and not part.startswith("db=")]
    own = "&".join([*others, f"db={_QUEUE_OF_OUR_OWN}"])
    return replace(settings, redis_url=f"{place}?{own}")


@contextlib.contextmanager
def _worker(settings: Settings) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "worker"],
        cwd=PROJECT,
        env=environ_for_child(settings),
        start_new_session=True,
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # its queue and its store go with it
        process.wait()


def _settled(settings: Settings, engine: Engine) -> Story:
    last = clock.now().date() - timedelta(days=1)
    made, story = small_town(last, size=HAMLET)
    morning = datetime.combine(last, time(9), SHANGHAI)
    with units.begin(engine, actor=SYSTEM, now=morning, request_id="test") as uow:
        town.settle_firms(uow, made.firms)
        town.settle_goods(uow, made.goods)
        platform = town.settle_platform(uow)
    for days in batched(_fewer(made, story), DAYS_AT_ONCE):
        evening = datetime.combine(days[-1].on, time(22), SHANGHAI)
        lines = tuple(line for day in days for line in day.lines)
        with units.begin(engine, actor=SYSTEM, now=evening, request_id="test") as uow:
            town.file_day(uow, platform, Day(on=days[-1].on, lines=lines))
    with units.begin(engine, actor=SYSTEM, now=clock.now(), request_id="test") as uow:
        town.settle_papers(uow, settings, papers_of(made, story, last))
        for name, role in PEOPLE.items():
            shop = subject_by_uscc(uow, story.shop_uscc).id if role is Role.OPERATOR else None
            accounts.create_account(
                uow,
                CreateAccount(
                    sign_in_name=name, password=PASSWORD, role=role, name=name, operator_id=shop
                ),
            )
    return story


def _fewer(made: Town, story: Story) -> list[Day]:
    """The story whole and one in so many other lots: the pages need samples, not a crowd."""
    number: dict[tuple[str, str, str], int] = {}
    for day in made.days:
        for line in day.lines:
            for lot in _lots(line):
                number.setdefault(lot, len(number))
    ours = {
        lot
        for day in made.days
        for line in day.lines
        for lot in _lots(line)
        if any(gtin == story.gtin for gtin, _, _ in _lots(line))
    }
    kept = ours | {lot for lot, at in number.items() if at % KEPT_LOT == 0}
    return [
        Day(on=day.on, lines=tuple(line for line in day.lines if _lots(line) & kept))
        for day in made.days
    ]


def _lots(line: Line) -> set[tuple[str, str, str]]:
    return {
        (each.lot.gtin, each.lot.lot, each.lot.name) for each in (*line.portions, *line.outputs)
    }


def batched(days: list[Day], count: int) -> list[list[Day]]:
    """Days in groups, so that the hamlet is filed in few units."""
    return [days[at : at + count] for at in range(0, len(days), count)]


def _held(engine: Engine, story: Story) -> str:
    """Stop a lot of other goods, as an inspector does."""
    with engine.connect() as connection:
        found = connection.execute(
            text(
                "SELECT l.id, l.number, p.gtin FROM lot l JOIN product p ON p.id = l.product_id "
                "WHERE p.gtin <> '' AND p.gtin <> :gtin AND l.number <> '' ORDER BY l.id LIMIT 1"
            ),
            {"gtin": story.gtin},
        ).one()
    with units.begin(engine, actor=SYSTEM, now=clock.now(), request_id="test") as uow:
        hold_lot(uow, HoldLot(lot_id=found.id, reason="抽检不合格"))
    return f"/01/{found.gtin}/10/{found.number}"
