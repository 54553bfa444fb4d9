"""Every page of the program: it fits its screen, has its heads in order, and axe finds nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from support.live import Site

pytestmark = pytest.mark.browser
AXE = Path(__file__).resolve().parent / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NOT_A_PAGE = {"static", "help.healthz", "api-docs.openapi_json", "filing.upload_progress"}
FILES = ("export", "_csv", "_xlsx", "refused_sheet")
REDIRECTS = {"help.index", "trace.search", "trace.public_text"}
WIDTHS = (320, 390, 1280)
Open = Callable[..., AbstractContextManager[Page]]

OPERATOR = {
    "filing.home": "/operator",
    "filing.receipt": "/receipt?code={gtin}",
    "filing.uploads": "/uploads",
    "filing.new_entry": "/entries/new?kind=dispatch",
    "filing.new_transformation": "/entries/new/transformation",
    "filing.book": "/book",
    "filing.entry": "/entries/{entry}",
    "filing.correct": "/entries/{entry}/correct",
    "filing.differs": "/deliveries/{delivery}/differs",
    "filing.label": "/lots/{lot_id}/label",
    "accounts.account": "/account",
    "accounts.new_key": "/account/keys",
    "accounts.delegations": "/delegations",
}
INSPECTOR = {
    "trace.show": "/trace?code={gtin}&lot={lot}",
    "subjects.index": "/subjects",
    "subjects.show": "/subjects/{subject}",
    "accounts.audit": "/audit",
}
REGISTRAR = {
    "subjects.new": "/subjects/new",
    "subjects.amend": "/subjects/{subject}/amend",
    "subjects.merge": "/subjects/{subject}/merge",
    "products.names": "/products/names",
}
ADMIN = {
    "accounts.people": "/accounts",
    "accounts.new_person": "/accounts/new",
}
PUBLIC = {
    "help.start": "/",
    "help.manual": "/help/start",
    "help.api_docs": "/api/docs",
    "accounts.sign_in": "/sign-in",
    "trace.scan": "/scan",
    "trace.public_product": "/01/{gtin}",
    "trace.public_gtin_lot": "/01/{gtin}/10/{lot}",
    "trace.public_serial": "/01/{gtin}/10/{lot}/21/1",
    "trace.public_lot": "/trace/{trace}",
}
BY_PERSON = {
    "dianzhu": OPERATOR,
    "zhifa": INSPECTOR,
    "dengji": REGISTRAR,
    "guanli": ADMIN,
    "": PUBLIC,
}
MORE = {  # the same pages in other states
    "zhifa": ("/trace", "/trace?code={gtin}&lot={lot}&direction=up&view=tree", "/trace?code=1"),
    "dianzhu": ("/scan?for=receipt", "/entries/new?kind=disposal"),
    "": ("{held}", "/01/06901234567892", "/nowhere"),
}
_LOOK = """() => {
  const out = [];
  const heads = document.querySelectorAll('h1').length;
  if (heads !== 1) out.push('h1: ' + heads);
  if (!document.documentElement.lang) out.push('no lang');
  return out;
}"""
_WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_AXE = """(levels) => axe.run(document, {runOnly: {type: 'tag', values: levels},
  resultTypes: ['violations']}).then((found) => found.violations.map((one) =>
  one.id + ': ' + one.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(' | ')))"""


def schemes_at(width: int, path: str) -> tuple[str, ...]:
    """Where axe looks: light on phones and dark on desks; the trace's picture in both."""
    if path.startswith("/trace?code") and width == 1280:
        return ("light", "dark")
    return {320: (), 390: ("light",), 1280: ("dark",)}[width]


@pytest.fixture(scope="session")
def names(site: Site) -> dict[str, Any]:
    """What stands in the addresses of the pages."""
    from app.food.filing.queries.deliveries import deliveries
    from ledger.entries.queries import book_page
    from ledger.entries.terms import BookAsked
    from ledger.kernel import clock
    from ledger.kernel import uow as units
    from ledger.kernel.actor import SYSTEM
    from ledger.kernel.ids import trace_reference
    from ledger.subjects.queries import subject_by_uscc

    story = site.story
    lot_id = site.one("SELECT id FROM lot WHERE number = :lot", lot=story.lot)
    with units.begin(site.engine, actor=SYSTEM, now=clock.now(), request_id="test") as uow:
        shop = subject_by_uscc(uow, story.shop_uscc).id
        entry = book_page(uow, BookAsked(operator_id=shop, limit=1, kind=None)).items[0]
        return {
            "gtin": story.gtin,
            "lot": story.lot,
            "lot_id": lot_id,
            "entry": entry.reference,
            "delivery": deliveries(uow, shop)[0].id,
            "subject": shop,
            "trace": trace_reference(int(str(lot_id)), site.settings.secret_key),
            "held": site.held_lot,
        }


def test_every_page_of_the_program_is_looked_at(site: Site) -> None:
    shown = {endpoint for pages in BY_PERSON.values() for endpoint in pages}
    rules = {
        rule.endpoint
        for rule in site.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/v1")
    }
    pages = {name for name in rules - NOT_A_PAGE - REDIRECTS if not name.endswith(FILES)}
    assert pages - shown == {"filing.upload"}  # which is looked at in its own story


@pytest.mark.parametrize("person", BY_PERSON)
def test_pages_fit_every_screen_and_axe_finds_nothing(
    opened: Open, names: dict[str, Any], person: str
) -> None:
    wrong: list[str] = []
    axe = f"() => {{ {AXE.read_text('utf-8')} }}"  # the pages' own policy lets no script in
    with opened(1280, person, camera=False) as tab:
        tab.emulate_media(reduced_motion="reduce")
        for place in (*BY_PERSON[person].values(), *MORE.get(person, ())):
            path = place.format(**names)
            answer = tab.goto(path)
            assert answer is not None
            expected = 404 if path in {"/nowhere", "/01/06901234567892", "/trace?code=1"} else 200
            if answer.status != expected:
                wrong.append(f"{path}: status {answer.status}")
                continue
            wrong += [f"{path}: {found}" for found in tab.evaluate(_LOOK)]
            tab.evaluate(axe)
            for width in WIDTHS:
                tab.set_viewport_size({"width": width, "height": 844})
                wider = tab.evaluate(_WIDER)
                if wider > 0:
                    wrong.append(f"{path}: {wider} px too wide at {width}")
                for scheme in schemes_at(width, path):
                    tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                    # so tall that the bar at a phone's foot covers nothing
                    tab.set_viewport_size({"width": width, "height": 4000})
                    found = tab.evaluate(_AXE, LEVELS)
                    wrong += [f"{path}: {each} at {width} in {scheme}" for each in found]
    assert not wrong, "\n".join(wrong)
