"""Every page of the program: it fits its screen, has its heads in order, and axe finds nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from support.live import Site
from support.shown_pages import BY_PERSON, FILES, MORE, NOT_A_PAGE, REDIRECTS

pytestmark = pytest.mark.browser
AXE = Path(__file__).resolve().parent / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = (320, 390, 1280)
TALLEST = 16_000
Open = Callable[..., AbstractContextManager[Page]]

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


def stretch(tab: Page, width: int) -> None:
    """Make the window so tall that the bar at a phone's foot covers nothing."""
    tab.set_viewport_size({"width": width, "height": 844})
    whole = tab.evaluate("() => document.documentElement.scrollHeight")
    tab.set_viewport_size({"width": width, "height": min(whole + 400, TALLEST)})


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
                stretch(tab, width)
                wider = tab.evaluate(_WIDER)
                if wider > 0:
                    wrong.append(f"{path}: {wider} px too wide at {width}")
                for scheme in schemes_at(width, path):
                    tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                    found = tab.evaluate(_AXE, LEVELS)
                    wrong += [f"{path}: {each} at {width} in {scheme}" for each in found]
    assert not wrong, "\n".join(wrong)
