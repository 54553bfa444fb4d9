"""Reads of help: the pages of the manual, rendered from the Markdown beside this file."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

from app.help import errors, rules
from app.help.terms import HelpPage

HERE = Path(__file__).resolve().parent
ORDER = (
    "start",
    "filing",
    "passes",
    "certificates",
    "scanning",
    "tracing",
    "recalls",
    "records",
    "credit-file",
    "ratings",
    "signs",
    "grades",
    "schemes",
    "classes",
    "proof",
    "accounts",
    "messages",
    "operations",
    "libraries",
    "inspecting",
    "bench",
    "report",
    "glossary",
)
_FIGURES = "[[figures]]"  # where a page shows what was measured
_MEASURED = HERE / "data" / "bench.jsonl"  # written by `suyuan bench … --json`


def _measured_lines() -> list[str]:
    return _MEASURED.read_text("utf-8").splitlines() if _MEASURED.exists() else []


@cache
def contents(language: str) -> tuple[HelpPage, ...]:
    """All pages of the manual in ``zh`` or ``en``, in reading order."""
    return tuple(help_page(name, language) for name in ORDER)


@cache
def help_page(name: str, language: str) -> HelpPage:
    """A page of the manual. Raises UnknownHelpPage."""
    if name not in ORDER:
        raise errors.UnknownHelpPage(name=name[:40])
    shared = HERE / f"{name}.md"
    path = shared if shared.exists() else HERE / "pages" / language / f"{name}.md"
    title, _, body = path.read_text("utf-8").partition("\n")
    if _FIGURES in body:
        body = body.replace(_FIGURES, rules.figures(_measured_lines(), language))
    # raw HTML stays text: a manual needs none
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(body)
    return HelpPage(name=name, title=title.removeprefix("# ").strip(), html=html)
