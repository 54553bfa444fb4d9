"""Every page, every state, both languages: does its structure keep what the design promises?"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable

import pytest
from support.html import Page
from support.page_contexts import PAGES

CASES = [(name, lang) for name in PAGES for lang in ("zh", "en")]
each_page = pytest.mark.parametrize(("name", "lang"), CASES)
Draw = Callable[..., str]
ELSEWHERE = ("http:", "https:", "//", "javascript:", "data:")


def _page(draw: Draw, name: str, lang: str) -> Page:
    template, context = PAGES[name]
    return Page(draw(template, lang=lang, locale=lang, **context))


@each_page
def test_nothing_that_the_content_policy_forbids(draw: Draw, name: str, lang: str) -> None:
    page = _page(draw, name, lang)
    for element in page.elements:
        assert "style" not in element.attributes, element
        assert not [a for a in element.attributes if a.startswith("on")], element
        for attribute in ("src", "href", "action"):
            address = element.attributes.get(attribute) or ""
            assert not address.startswith(ELSEWHERE), element
    for script in page.all("script"):
        assert script.attributes.get("src"), "an inline script"
        assert not script.words


@each_page
def test_headings_are_one_h1_and_no_level_is_skipped(draw: Draw, name: str, lang: str) -> None:
    page = _page(draw, name, lang)
    levels = [
        int(e.tag[1])
        for e in page.elements
        if re.fullmatch(r"h[1-6]", e.tag) and "nav" not in e.above
    ]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))


@each_page
def test_every_field_has_a_name_to_be_called_by(draw: Draw, name: str, lang: str) -> None:
    page = _page(draw, name, lang)
    labelled = {label.attributes.get("for") for label in page.all("label")}
    for tag in ("input", "select", "textarea"):
        for field in page.all(tag):
            if field.attributes.get("type") == "hidden":
                continue
            inside = "label" in field.above
            assert (
                inside
                or field.attributes.get("id") in labelled
                or field.attributes.get("aria-label")
            ), field


@each_page
def test_ids_are_unique_and_references_lead_somewhere(draw: Draw, name: str, lang: str) -> None:
    page = _page(draw, name, lang)
    ids = Counter(e.attributes["id"] for e in page.elements if e.attributes.get("id"))
    assert [i for i, n in ids.items() if n > 1] == []
    for element in page.elements:
        for attribute in ("for", "list", "form", "aria-labelledby", "aria-describedby"):
            for reference in (element.attributes.get(attribute) or "").split():
                assert reference in ids, (element.tag, attribute, reference)
        href = element.attributes.get("href") or ""
        if len(href) > 1 and href.startswith("#"):
            assert href[1:] in ids, href


@each_page
def test_buttons_and_links_say_what_they_do(draw: Draw, name: str, lang: str) -> None:
    page = _page(draw, name, lang)
    templates = [e for e in page.elements if "template" not in e.above]
    for element in templates:
        if element.tag in {"a", "button"}:
            assert element.words or element.attributes.get("aria-label"), element


@each_page
def test_posting_forms_carry_their_token(draw: Draw, name: str, lang: str) -> None:
    page = _page(draw, name, lang)
    posts = [f for f in page.all("form") if f.attributes.get("method") == "post"]
    tokens = page.all("input", name="csrf_token")
    assert len(tokens) == len(posts)
    assert all(token.attributes["value"] == "token" for token in tokens)


@each_page
def test_the_frame_has_language_main_and_skip_link(draw: Draw, name: str, lang: str) -> None:
    page = _page(draw, name, lang)
    (html,) = page.all("html")
    assert html.attributes["lang"] == {"zh": "zh-CN", "en": "en"}[lang]
    assert len(page.all("main", id="main")) == 1
    assert page.all("a", class_="skip")[0].attributes["href"] == "#main"
    (title,) = page.all("title")
    assert title.words.endswith({"zh": "溯源", "en": "Suyuan"}[lang])
    other = {"zh": "?lang=en", "en": "?lang=zh"}[lang]
    assert name == "paper" or [
        a for a in page.all("a") if (a.attributes.get("href") or "").endswith(other)
    ]


@pytest.mark.parametrize("name", ["lot", "recalled", "no_lot", "unknown", "sign_in"])
def test_public_pages_need_no_script(draw: Draw, name: str) -> None:
    assert _page(draw, name, "zh").all("script") == []


def test_a_refused_form_keeps_what_was_typed_and_says_each_error_twice(draw: Draw) -> None:
    page = _page(draw, "receipt", "zh")
    (errors,) = page.all("div", class_="errors")
    assert "有 2 处要改" in errors.words
    assert page.all("title")[0].words.startswith("有 2 处要改：")
    (quantity,) = page.all("input", id="quantity")
    assert quantity.attributes["value"] == "0"
    assert quantity.attributes["aria-invalid"] == "true"
    assert quantity.attributes["aria-describedby"] == "quantity-error"
    assert page.all("p", id="quantity-error")[0].words == "数量要大于 0"
    assert page.all("a", href="#quantity")[0].words == "数量要大于 0"
    assert page.all("input", name="filing_key")[0].attributes["value"] == "GR-2026-1121-001"


def test_a_recalled_lot_leads_with_the_act_and_still_shows_the_label(draw: Draw) -> None:
    html = draw(*PAGES["recalled"][:1], **PAGES["recalled"][1])
    order = [html.index(words) for words in ("正在召回<br>", "别吃，也别送人", 'class="facts"')]
    assert order == sorted(order)
    assert "fact--bad" in html


def test_without_a_lot_the_page_asks_for_it_and_warns(draw: Draw) -> None:
    page = _page(draw, "no_lot", "zh")
    assert page.all("input", id="lot")
    assert "L261108" in page.all("div", class_="alert--bad")[0].words


def test_nothing_to_confirm_is_a_sentence(draw: Draw) -> None:
    page = _page(draw, "home_empty", "zh")
    assert "没有等您确认的到货。" in [p.words for p in page.all("p", class_="nothing")]
    assert page.all("article") == []


def test_typed_markup_is_shown_as_text(draw: Draw) -> None:
    assert "&lt;b&gt;</textarea>" in draw(*PAGES["components"][:1], **PAGES["components"][1])
