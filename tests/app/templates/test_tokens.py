"""Contrast of the colours, in numbers, in both themes (WCAG 2.2: text 4.5, marks and edges 3)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STYLES = Path(__file__).resolve().parents[3] / "app" / "frontend" / "css"
TOKEN = re.compile(r"--([a-z0-9-]+):\s*(#[0-9A-Fa-f]{6})\b")
GROUNDS = ("paper", "surface")
TEXT = ("ink", "ink-2", "ink-3", "accent", "ok", "warn", "bad", "gap")
PAIRS = [
    ("on-accent", "accent"),
    ("on-accent", "accent-2"),
    ("on-bad", "bad-fill"),
    ("accent", "accent-tint"),
    ("ink", "bad-tint"),
    ("bad", "bad-tint"),
    ("ink", "warn-tint"),
    ("ink-2", "warn-tint"),
    ("warn", "warn-tint"),
    ("ink", "accent-tint"),
    ("ink-2", "sunken"),
    ("ink", "sunken"),
    ("on-warn", "warn-mark"),
]
MARKS = ("control", "gap-line", "edge", "edge-diff", "accent", "ok", "bad", "gap")


def _blocks() -> dict[str, dict[str, str]]:
    """The colour tokens of each theme; dark stands twice in the file."""
    text = (STYLES / "tokens.css").read_text(encoding="utf-8")
    light, wish, switch = re.split(r"@media screen[^{]*\{", text)
    base = dict(TOKEN.findall(light))
    return {
        "light": base,
        "dark": base | dict(TOKEN.findall(switch)),
        "wish": base | dict(TOKEN.findall(wish)),
    }


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_formula_is_the_one_of_wcag() -> None:
    assert _contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert _contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


def test_the_dark_values_are_the_same_by_wish_and_by_switch() -> None:
    blocks = _blocks()
    assert blocks["dark"] == blocks["wish"]
    assert blocks["dark"]["paper"] != blocks["light"]["paper"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("token", TEXT)
def test_text_can_be_read(theme: str, ground: str, token: str) -> None:
    colours = _blocks()[theme]
    assert _contrast(colours[token], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("token", "ground"), PAIRS)
def test_text_on_tints_and_fills_can_be_read(theme: str, token: str, ground: str) -> None:
    colours = _blocks()[theme]
    assert _contrast(colours[token], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("token", MARKS)
def test_marks_and_edges_can_be_seen(theme: str, token: str) -> None:
    colours = _blocks()[theme]
    assert _contrast(colours[token], colours["surface"]) >= 3


def test_every_colour_of_a_token_that_is_used_exists() -> None:
    text = "".join(p.read_text(encoding="utf-8") for p in STYLES.glob("*.css"))
    defined = set(re.findall(r"(--[a-z0-9-]+)\s*:", text))
    assert set(re.findall(r"var\((--[a-z0-9-]+)", text)) <= defined


def test_no_file_of_styles_grows_over_400_lines() -> None:
    assert {
        p.name: n
        for p in STYLES.glob("*.css")
        if (n := len(p.read_text(encoding="utf-8").splitlines())) > 400
    } == {}
