"""What the scripts add, in a real browser: camera, drafts, steppers, highlights, progress."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
import zxingcpp
from flask import Flask, Response, render_template, request
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright
from support.chromium import ARGUMENTS, chromium_environ, chromium_path
from support.page_contexts import PAGES
from werkzeug.serving import make_server

pytestmark = pytest.mark.browser
SELF = "default-src 'self'"
WASM = f"{SELF}; script-src 'self' 'wasm-unsafe-eval'"
TRACE = """{% extends "frame_app.html" %}{% block main %}<h1>追溯</h1><div data-trace>
<svg class="lanes"><a href="#a" data-node="a"><text y="20">甲</text></a>
<a href="#b" data-node="b"><text y="40">乙</text></a>
<a href="#c" data-node="c"><text y="60">丙</text></a>
<path class="e" data-from="a" data-to="b"/><path class="e" data-from="c" data-to="b"/></svg>
<table><tr data-node="a"><td>甲</td></tr>
<tr data-node="b"><td>乙</td></tr></table></div>{% endblock %}
{% block scripts %}<script type="module" src="{{ asset('trace.js') }}"></script>{% endblock %}"""
POLL = """{% extends "frame_app.html" %}{% block main %}<h1>上传</h1>
<div data-poll="/upload/1"><p>读到 0 行</p></div>{% endblock %}"""


def _arrived() -> str:
    return '<link rel="icon" href="/static/icon.svg"><p>arrived</p>'


@pytest.fixture(scope="module")
def barcode() -> np.ndarray:
    """A grey picture, 480 by 640, with the EAN-13 6901234567892 in the middle."""
    made = zxingcpp.create_barcode("6901234567892", zxingcpp.BarcodeFormat.EAN13)
    bars = np.array(made.to_image(scale=4))
    bars = bars[:200] if bars.ndim == 2 else bars[:200, :, 0]
    picture = np.full((480, 640), 255, np.uint8)
    top, left = (480 - bars.shape[0]) // 2, (640 - bars.shape[1]) // 2
    picture[top : top + bars.shape[0], left : left + bars.shape[1]] = bars
    return picture


@pytest.fixture(scope="module")
def camera(barcode: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film for the browser's make-believe camera."""
    path = tmp_path_factory.mktemp("camera") / "film.y4m"
    frame = b"FRAME\n" + barcode.tobytes() + bytes([128]) * (640 * 480 // 2)
    path.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420mpeg2\n" + frame * 5)
    return path


@pytest.fixture(scope="module")
def site(sample: Flask) -> Iterator[str]:
    """The sample application on a free port of the loopback, with the real content policy."""
    asked = iter(range(100))

    def shown(name: str) -> Response:
        if name in {"trace", "poll"}:
            answer = sample.make_response(
                sample.jinja_env.from_string(TRACE if name == "trace" else POLL).render(
                    menu=[], actor=None, request=request, get_flashed_messages=lambda **_: []
                )
            )
        else:
            template, context = PAGES[name]
            answer = sample.make_response(render_template(template, **context))
        answer.headers["Content-Security-Policy"] = WASM if name == "scan" else SELF
        return answer

    def upload() -> str:
        step = next(asked)
        more = ' data-poll="/upload/1"' if step < 1 else ""
        return f"<div{more}><p>读到 {(step + 1) * 500} 行</p></div>"

    sample.add_url_rule("/sample/<name>", "shown", shown)
    sample.add_url_rule("/upload/1", "upload", upload)
    sample.add_url_rule("/scan", "scan", _arrived)
    server = make_server("127.0.0.1", 0, sample, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/sample/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser(camera: Path, play: Playwright) -> Iterator[Browser]:
    """A Chromium with a make-believe camera."""
    film = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
    ]
    path = chromium_path()
    environ: dict[str, str | float | bool] = {**os.environ}
    environ |= chromium_environ() if "build" in path.parts else {}
    started = play.chromium.launch(executable_path=str(path), args=[*ARGUMENTS, *film], env=environ)
    yield started
    started.close()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """A phone-sized tab in Chinese; any script error or refused resource fails the test."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda problem: wrong.append(str(problem)))
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    assert wrong == []


def test_a_barcode_before_the_camera_is_read_and_looked_up(tab: Page, site: str) -> None:
    asked: list[str] = []
    tab.on("request", lambda sent: asked.append(sent.url))
    tab.goto(site + "scan")
    tab.wait_for_url("**/scan?text=*", timeout=20_000)
    assert unquote(tab.url).endswith("/scan?text=6901234567892")
    assert all(url.startswith((site[: site.index("/sample")], "blob:")) for url in asked)
    tab.goto(site + "scan")
    assert "6901234567892" in tab.inner_text("[data-recent]")


def test_without_a_camera_photo_and_typing_are_there_with_one_sentence(
    tab: Page, site: str, barcode: np.ndarray, tmp_path: Path
) -> None:
    tab.add_init_script("delete MediaDevices.prototype.getUserMedia")
    tab.goto(site + "scan")
    tab.wait_for_selector("[data-scan-refused]:visible")
    assert not tab.is_visible("[data-scan]")
    assert tab.is_visible("#text")
    photo = tmp_path / "photo.png"
    Image.fromarray(barcode).save(photo)
    tab.set_input_files("input[name=picture]", photo)
    tab.wait_for_url("**/scan?text=6901234567892", timeout=20_000)


def test_steps_are_counted_as_decimals_and_never_below_zero(tab: Page, site: str) -> None:
    tab.goto(site + "receipt_blank")
    quantity = tab.locator("#quantity")
    tab.click("[data-step='1']")
    assert quantity.input_value() == "1"
    tab.click("[data-step='-1']")
    tab.click("[data-step='-1']")
    assert quantity.input_value() == "0"
    quantity.fill("0.1")
    tab.click("[data-step='1']")
    assert quantity.input_value() == "1.1"


def test_what_was_typed_is_still_there_after_coming_back(tab: Page, site: str) -> None:
    tab.goto(site + "receipt_blank")
    tab.fill("#supplier", "启闽")
    tab.wait_for_selector("text=草稿已存")
    assert tab.inner_text("[data-draft-note]").startswith("草稿已存")
    tab.reload()
    assert tab.input_value("#supplier") == "启闽"
    assert "已恢复" in tab.inner_text("[data-draft-note]")


def test_a_refused_form_takes_the_focus_and_is_not_overwritten_by_a_draft(
    tab: Page, site: str
) -> None:
    tab.goto(site + "receipt")
    assert tab.evaluate("document.activeElement.className") == "errors"
    assert tab.input_value("#quantity") == "0"


def test_the_theme_is_drawn_by_the_server_next_time(tab: Page, site: str) -> None:
    tab.goto(site + "home_operator")
    tab.click("[data-theme-switch]")
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"
    tab.reload()
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"


def test_rows_are_narrowed_and_counted(tab: Page, site: str) -> None:
    tab.goto(site + "components")
    tab.fill("[data-filter]", "夜市")
    rows = "#holders tbody tr"
    assert tab.eval_on_selector_all(rows, "all => all.map(r => r.hidden)") == [False, True, False]
    assert tab.inner_text("[data-filter-count]") == "剩 1 行"


def test_pointing_at_a_holder_lights_its_way_and_no_other(tab: Page, site: str) -> None:
    tab.goto(site + "trace")
    tab.focus("a[data-node=a]")
    lit = "all => all.filter(e => e.classList.contains('is-lit')).map(e => e.dataset.node)"
    assert tab.eval_on_selector_all("a[data-node]", lit) == ["a", "b"]
    assert tab.eval_on_selector_all("tr[data-node]", lit) == ["a", "b"]
    edges = "all => all.map(e => e.classList.contains('is-lit'))"
    assert tab.eval_on_selector_all("path[data-from]", edges) == [True, False]


def test_progress_is_asked_for_until_it_is_done(tab: Page, site: str) -> None:
    tab.goto(site + "poll")
    tab.wait_for_selector("text=读到 1000 行", timeout=10_000)
    assert tab.locator("[data-poll]").count() == 0
