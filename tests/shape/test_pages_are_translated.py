"""Every Chinese sentence of a page has its English one, with the same blanks to fill."""

from __future__ import annotations

import re

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from support.sources import ROOT

CATALOGUES = sorted((ROOT / "app/locale/en").glob("*.po"))
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {
    "**.html": {"extensions": "jinja2.ext.i18n", "newstyle_gettext": "true", "silent": "false"}
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
BLANK = re.compile(r"%\((\w+)\)")


def extracted():
    """(message, file, line) of everything wrapped in `_()`, gettext or ngettext."""
    for folder in ("app",):
        for name, line, message, _, _ in extract_from_dir(
            ROOT / folder,
            METHODS,
            OPTIONS,
            directory_filter=lambda path: not re.search("node_modules|static|frontend", path),
        ):
            for one in message if isinstance(message, tuple) else (message,):
                if one:
                    yield one, name, line


def english():
    joined = {}
    for path in CATALOGUES:
        with path.open("rb") as lines:
            joined |= {message.id: message.string for message in read_po(lines) if message.id}
    return joined


def test_every_sentence_of_a_page_has_its_english_one():
    known = english()
    missing = sorted(
        {
            f"{name}:{line} {message}"
            for message, name, line in extracted()
            if CHINESE.search(message) and not known.get(message)
        }
    )
    assert missing == []


def test_both_have_the_same_blanks():
    assert [
        message
        for message, said in english().items()
        if set(BLANK.findall(message)) != set(BLANK.findall(said))
    ] == []


def test_one_sentence_is_translated_one_way():
    said = {}
    for path in CATALOGUES:
        with path.open("rb") as lines:
            for message in read_po(lines):
                if message.id:
                    said.setdefault(message.id, set()).add(message.string)
    assert {message: ways for message, ways in said.items() if len(ways) > 1} == {}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_english_is_free_of_chinese(path):
    """A sample of what is typed may be Chinese, a sentence may not."""
    with path.open("rb") as lines:
        said = [str(message.string) for message in read_po(lines) if message.id]
    assert [text for text in said if 4 * len(CHINESE.findall(text)) > len(text)] == []


def test_nothing_is_translated_that_no_page_says():
    used = {message for message, _, _ in extracted()}
    assert sorted(set(english()) - used) == []
