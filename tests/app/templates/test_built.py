"""What the build makes: hashed names, the icons that pages name, sizes within their budgets."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract
from support.page_contexts import PAGES

ROOT = Path(__file__).resolve().parents[3]
DIST = ROOT / "app" / "static" / "dist"
BUDGET = {"main.css": 14_000, "app.js": 20_000, "scan.js": 20_000, "trace.js": 4_000}
HTML_BUDGET = 12_000


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    """Build when something has changed; then read what was built."""
    subprocess.run([str(ROOT / "scripts" / "build_frontend")], check=True, timeout=700)
    read: dict[str, Any] = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
    return read


def _gzipped(data: bytes) -> int:
    return len(gzip.compress(data, 9))


@pytest.mark.parametrize(("name", "limit"), BUDGET.items())
def test_each_file_stays_within_its_budget(manifest: dict[str, Any], name: str, limit: int) -> None:
    assert _gzipped((DIST / manifest["files"][name]).read_bytes()) <= limit


@pytest.mark.usefixtures("manifest")
def test_a_second_build_with_the_same_sources_does_nothing() -> None:
    before = (DIST / "manifest.json").stat().st_mtime_ns
    again = subprocess.run(
        [str(ROOT / "scripts" / "build_frontend")],
        check=True, timeout=60, capture_output=True, text=True,
    )  # fmt: skip
    assert again.stderr == ""
    assert (DIST / "manifest.json").stat().st_mtime_ns == before


def test_names_carry_the_hash_of_their_content(manifest: dict[str, Any]) -> None:
    for name, built in manifest["files"].items():
        stem, suffix = name.rsplit(".", 1)
        assert re.fullmatch(rf"{re.escape(stem)}-[0-9A-Za-z]{{8,10}}\.{suffix}", built), built
        assert (DIST / built).exists()


def test_every_icon_that_a_page_names_was_found(manifest: dict[str, Any]) -> None:
    assert manifest["missing_icons"] == []
    sprite = (DIST / manifest["files"]["icons.svg"]).read_text(encoding="utf-8")
    assert set(re.findall(r'symbol id="([^"]+)"', sprite)) == set(manifest["icons"])


def test_nothing_built_calls_another_host_for_code(manifest: dict[str, Any]) -> None:
    scan = (DIST / manifest["files"]["scan.js"]).read_text(encoding="utf-8")
    assert manifest["files"]["zxing_reader.wasm"] in scan
    styles = (DIST / manifest["files"]["main.css"]).read_text(encoding="utf-8")
    assert "url(http" not in styles
    assert "@import" not in styles


@pytest.mark.usefixtures("manifest")
@pytest.mark.parametrize("name", ["lot", "recalled", "no_lot", "scan", "home_operator"])
def test_a_page_is_small(draw: Callable[..., str], name: str) -> None:
    template, context = PAGES[name]
    assert _gzipped(draw(template, **context).encode()) <= HTML_BUDGET


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((ROOT / "app/frontend/package-lock.json").read_text(encoding="utf-8"))
    packages = [about for path, about in lock["packages"].items() if path]
    assert packages
    assert [about for about in packages if "resolved" in about] == []
    assert all(about["integrity"] for about in packages)


def _named(folder: Path) -> set[str]:
    """The Chinese texts of the templates in one folder."""
    found: set[str] = set()
    for path in folder.glob("*.html"):
        with path.open("rb") as lines:
            for _line, _function, message, _comments in babel_extract(lines, ("_",), [], {}):
                found |= {message} if isinstance(message, str) else {m for m in message or () if m}
    return found


def test_every_text_of_frames_and_pages_has_its_english() -> None:
    english: dict[str, str] = {}
    for name in ("frame", "pages"):
        with (ROOT / f"app/locale/en/{name}.po").open("rb") as lines:
            english |= {str(m.id): str(m.string) for m in read_po(lines) if m.id}
    wanted = _named(ROOT / "app/templates") | _named(ROOT / "app/templates/pages")
    assert wanted == {text for text in english if english[text]}
    holes = re.compile(r"%\(\w+\)s|\{\w+\}")
    for text, words in english.items():
        assert sorted(holes.findall(text)) == sorted(holes.findall(words)), text
        assert not re.search(r"[一-鿿]", words), words
