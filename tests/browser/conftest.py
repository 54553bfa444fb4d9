"""One running site for the folder, and browsers at it that forgive nothing."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request
from support.accounts import PASSWORD
from support.chromium import ARGUMENTS, chromium_environ, chromium_path
from support.live import Site, live_site

from app.settings import Settings
from scanner.symbols.render import symbol_png
from scanner.symbols.terms import Symbology

HEIGHT = 844
MILLISECONDS_MAX = 15_000
Open = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="session")
def site(new_database: Callable[[str], Settings]) -> Iterator[Site]:
    """The program with its worker on a database of its own, once for all stories of a worker."""
    with live_site(new_database("browser")) as running:
        yield running


@pytest.fixture(scope="session")
def names(site: Site) -> dict[str, Any]:
    """What stands in the addresses of the pages."""
    from support.boxes import told_people
    from support.classified import a_classified_shop
    from support.credit import a_credit_file
    from support.food_city import a_graded_shop
    from support.issued import a_paper, a_report, a_request
    from support.recall_town import a_recall_for
    from support.signs import a_rated_shop
    from support.submitted import a_submission
    from support.supervised import a_library_and_a_visit
    from support.tickets import a_ticket

    from app.food.filing.queries.deliveries import deliveries
    from app.food.reports.queries import report_by_number
    from app.food.reports.services import submit_report
    from app.food.requests.rules import link_text
    from app.food.requests.services import open_request
    from app.papers.services import issue
    from ledger.entries.queries import book_page
    from ledger.entries.terms import BookAsked
    from ledger.kernel import clock
    from ledger.kernel import uow as units
    from ledger.kernel.actor import SYSTEM
    from ledger.kernel.ids import trace_reference
    from ledger.subjects.queries import subject_by_uscc

    story = site.story
    lot_id = site.one("SELECT id FROM lot WHERE number = :lot", lot=story.lot)
    key = site.settings.secret_key
    with units.begin(site.engine, actor=SYSTEM, now=clock.now(), request_id="test") as uow:
        shop = subject_by_uscc(uow, story.shop_uscc).id
        told = told_people(uow, shop, key)
        tickets = a_ticket(uow, shop, key)
        entry = book_page(uow, BookAsked(operator_id=shop, limit=1, kind=None)).items[0]
        return {
            "gtin": story.gtin,
            "lot": story.lot,
            "lot_id": lot_id,
            "entry": entry.reference,
            "delivery": deliveries(uow, shop)[0].id,
            "subject": shop,
            "trace": trace_reference(int(str(lot_id)), key),
            "held": site.held_lot,
            **told,
            **tickets,
            "request": (asked := open_request(uow, a_request(shop, int(str(lot_id))), key).id),
            "ask": link_text(asked, key),
            **a_recall_for(uow, shop, key),
            **a_library_and_a_visit(uow, shop),
            **a_credit_file(uow, shop, key),
            **a_rated_shop(uow, shop),
            **a_graded_shop(uow, shop),
            **a_classified_shop(uow, shop),
            **a_submission(uow, story.shop_uscc),
            "report_number": (number := submit_report(uow, a_report())),
            "consumer_report": report_by_number(uow, number).id,
            "paper": issue(uow, a_paper()).number,
            "certificate": site.one(
                "SELECT max(id) FROM certificate WHERE owner_id = :shop", shop=shop
            ),
            "report": site.one("SELECT id FROM certificate WHERE kind = 'THIRD' LIMIT 1"),
        }


@pytest.fixture(scope="session")
def label(site: Site) -> Image.Image:
    """A photograph's worth of the story's label: a GS1 DataMatrix on white paper."""
    text = f"(01){site.story.gtin}(10){site.story.lot}"
    drawn = symbol_png(Symbology.GS1_DATA_MATRIX, text, module_px=8)
    mark = Image.open(BytesIO(drawn)).convert("L")
    paper = Image.new("L", (640, 480), 255)
    paper.paste(mark, ((640 - mark.width) // 2, (480 - mark.height) // 2))
    return paper


@pytest.fixture(scope="session")
def film(label: Image.Image, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the make-believe camera sees."""
    path = tmp_path_factory.mktemp("camera") / "film.y4m"
    frame = b"FRAME\n" + np.asarray(label).tobytes() + bytes([128]) * (640 * 480 // 2)
    path.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420mpeg2\n" + frame * 5)
    return path


@pytest.fixture(scope="session")
def browser(film: Path, play: Playwright) -> Iterator[Browser]:
    """A Chromium with a make-believe camera that sees the story's label."""
    camera = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    path = chromium_path()
    environ: dict[str, str | float | bool] = {**os.environ}
    environ |= chromium_environ() if "build" in path.parts else {}
    started = play.chromium.launch(
        executable_path=str(path), args=[*ARGUMENTS, *camera], env=environ
    )
    yield started
    started.close()


@pytest.fixture(scope="session")
def cookies(browser: Browser, site: Site) -> Callable[[str], list[Any]]:
    """The cookies of a person who has signed in through the page, once for each person."""
    known: dict[str, list[Any]] = {}

    def of(person: str) -> list[Any]:
        if person not in known:
            with browser.new_context(locale="zh-CN") as context:
                tab = context.new_page()
                sign_in(tab, site, person)
                known[person] = list(context.cookies())
        return known[person]

    return of


def sign_in(tab: Page, site: Site, person: str) -> None:
    """Sign in as people do."""
    tab.goto(site.address + "/sign-in")
    tab.fill("#name", person)
    tab.fill("#password", PASSWORD)
    tab.click("main form button")
    tab.wait_for_url(lambda url: "/sign-in" not in url)


@pytest.fixture
def opened(browser: Browser, site: Site, cookies: Callable[[str], list[Any]]) -> Open:
    """Tabs: ``with opened(390, "dianzhu", script=False) as tab``.

    A script error, a refused resource, a broken rule of the content policy or a request to
    another host fails the test.
    """

    @contextlib.contextmanager
    def tab(
        width: int, person: str = "", *, script: bool = True, camera: bool = True
    ) -> Iterator[Page]:
        wrong: list[str] = []
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHT},
            locale="zh-CN",
            base_url=site.address,
            java_script_enabled=script,
            permissions=["camera"],
            accept_downloads=True,
        )
        context.set_default_timeout(MILLISECONDS_MAX)
        if person:
            context.add_cookies(cookies(person))
        if not camera:
            context.add_init_script("delete window.MediaDevices?.prototype.getUserMedia")
        watch(context, site, wrong)
        yield context.new_page()
        context.close()
        assert wrong == []

    return tab


def watch(context: BrowserContext, site: Site, wrong: list[str]) -> None:
    """Gather what must not happen."""

    def asked(sent: Request) -> None:
        if not sent.url.startswith((site.address, "blob:", "data:")):
            wrong.append(f"another host: {sent.url}")

    context.on("request", asked)
    context.on("weberror", lambda problem: wrong.append(str(problem.error)))
    # A page that answers 404 or 422 on purpose is logged by the browser as an error too.
    context.on(
        "console",
        lambda line: (
            wrong.append(line.text)
            if line.type == "error" and "status of 4" not in line.text
            else None
        ),
    )
