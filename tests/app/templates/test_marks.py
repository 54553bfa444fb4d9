"""The marks: shape and word, codes that copy bare, dates and numbers in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask, render_template_string
from support.html import Page

IMPORTS = (
    '{% from "_marks.html" import glyph, st, grade, gtin, uscc, when, fact, facts, meter, empty,'
    " nothing, alert, proof, pager, icon, count %}"
    '{% import "_tables.html" as t %}{% import "_charts.html" as c %}'
)
Mark = Callable[..., Page]


@pytest.fixture
def mark(sample: Flask) -> Mark:
    """Draw one expression with all macros in reach."""

    def _mark(expression: str, lang: str = "zh", path: str = "/list?sort=name&next=5") -> Page:
        with sample.test_request_context(f"{path}&lang={lang}"):
            return Page(render_template_string(IMPORTS + "<p>" + expression + "</p>"))

    return _mark


@pytest.mark.parametrize("kind", ["ok", "bad", "warn", "wait", "gap", "lock"])
def test_a_state_is_a_shape_and_a_word(mark: Mark, kind: str) -> None:
    page = mark(f'{{{{ st("{kind}", "一句话") }}}}')
    (state,) = page.all("span", class_=f"st--{kind}")
    assert state.words == "一句话"
    assert page.all("svg")[0].attributes["aria-hidden"] == "true"
    assert [e for e in page.elements if "svg" in e.above], "no shape"


def test_every_grade_has_its_own_shape_and_says_its_word(mark: Mark) -> None:
    shapes = set()
    for letter, word in {"A": "低", "B": "较低", "C": "较高", "D": "高"}.items():
        page = mark(f'{{{{ grade("{letter}", "l") }}}}')
        (svg,) = page.all("svg", class_="grade")
        assert svg.attributes["aria-label"] == f"食品风险等级 {letter}，{word}"
        shape = next(e for e in page.elements if "svg" in e.above)
        shapes.add((shape.tag, shape.attributes.get("d")))
    assert len(shapes) == 4
    pending = mark("{{ grade(none) }}")
    assert pending.all("svg")[0].attributes["aria-label"] == "待评定"
    assert pending.all("circle")[0].attributes["stroke-dasharray"]


@pytest.mark.parametrize(
    ("expression", "groups"),
    [
        ('gtin("6901234567892")', ["6", "901234", "567892"]),
        ('gtin("06901234567892")', ["6", "901234", "567892"]),
        ('gtin("16901234567899")', ["1", "6", "901234", "567899"]),
        ('gtin("69012341")', ["6901", "2341"]),
        ('uscc("91350200MA2XFA1T37")', ["91", "350200", "MA2XFA1T3", "7"]),
        ('uscc("old")', ["old"]),
    ],
)
def test_codes_are_grouped_and_copied_bare(mark: Mark, expression: str, groups: list[str]) -> None:
    page = mark("{{ " + expression + " }}")
    (code,) = page.all("span", class_="code")
    assert code.words == "".join(groups)
    assert [s.words for s in page.all("span") if not s.attributes] == groups


@pytest.mark.parametrize(
    ("value", "style", "zh", "en"),
    [
        ("2026-11-21", "minute", "2026-11-21", "21 Nov 2026"),
        (
            "2026-11-21T02:32:00+00:00",
            "minute",
            "2026-11-21 10:32",
            "21 Nov 2026, 10:32 (China time)",
        ),
        (
            "2026-11-21T10:32:05+08:00",
            "second",
            "2026-11-21 10:32:05",
            "21 Nov 2026, 10:32:05 (China time)",
        ),
        (
            "2026-11-22T15:22:00+08:00",
            "sentence",
            "11 月 22 日 15:22",
            "22 Nov 2026, 15:22 (China time)",
        ),
        ("2026-11-21T20:00:00+00:00", "day", "2026-11-22", "22 Nov 2026"),
    ],
)
def test_moments_are_written_as_the_reader_writes_them(
    mark: Mark, value: str, style: str, zh: str, en: str
) -> None:
    for lang, expected in (("zh", zh), ("en", en)):
        (time,) = mark(f'{{{{ when("{value}", "{style}") }}}}', lang).all("time")
        assert time.words == expected
        assert (time.attributes["datetime"] or "").startswith("2026-11-2")


@pytest.mark.parametrize(("value", "words"), [("none", "–"), ('""', "?"), ('"2017-10"', "2017-10")])
def test_no_moment_is_a_dash_and_an_unknown_one_a_question(
    mark: Mark, value: str, words: str
) -> None:
    assert mark("{{ when(" + value + ") }}").all("p")[0].words == words


def test_the_label_is_in_both_languages_with_the_readers_first(mark: Mark) -> None:
    row = '{{ fact("ok", "召回", "Recall", "没有被召回") }}'
    (zh,) = mark(row).all("dt")
    (en,) = mark(row, "en").all("dt")
    assert zh.words == "召回Recall"
    assert en.words == "Recall召回"


def test_a_meter_names_every_part_and_the_unknown_share(mark: Mark) -> None:
    page = mark(
        '{{ meter([{"kind": "m1", "label": "在库", "value": "900"},'
        ' {"kind": "mgap", "label": "去向待核", "value": 300}], "数量去向", "盒") }}'
    )
    widths = [r.attributes["width"] for r in page.all("rect")]
    assert widths == ["75.00%", "25.00%"]
    assert page.all("svg")[0].attributes["aria-label"] == "数量去向: 在库 900 盒, 去向待核 300 盒"
    assert [li.words for li in page.all("li")] == ["在库 900", "去向待核 300 (25.0 %)"]


def test_a_meter_of_nothing_is_still_drawn(mark: Mark) -> None:
    page = mark('{{ meter([{"kind": "m1", "label": "在库", "value": 0}], "数量去向") }}')
    assert page.all("rect")[0].attributes["width"] == "0.00%"


def test_what_is_missing_says_who_brings_it_and_by_when(mark: Mark) -> None:
    page = mark('{{ empty("没有合格证明。", "云汀乳业", "2026-11-23") }}')
    words = page.all("div", class_="empty")[0].words
    assert words == "没有合格证明。 由云汀乳业补，限 11 月 23 日 前。"


def test_sort_links_turn_round_and_leave_the_page_number_behind(mark: Mark) -> None:
    expression = (
        '{% call t.table("表", [{"label": "名称", "key": "name"}, {"label": "在库",'
        ' "key": "on_hand", "num": true}], sort="name") %}{% endcall %}'
    )
    page = mark(expression)
    up, other = page.all("th")
    assert up.attributes["aria-sort"] == "ascending"
    assert "aria-sort" not in other.attributes
    assert page.all("caption")[0].words == "表"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("shown=14", "14 行全部显示"),
        ("shown=50, total=1200", "只显示 1,200 行中的前 50 行，请缩小范围再查"),
        ('shown=50, total=1200, next="?next=9"', "本页 50 行，共 1,200 行"),
        ('shown=50, limit="只显示前 2,000 家"', "只显示前 2,000 家"),
    ],
)
def test_the_foot_of_a_table_says_what_was_cut(mark: Mark, arguments: str, words: str) -> None:
    page = mark("{{ t.foot(" + arguments + ") }}")
    assert page.all("div", class_="panel__foot")[0].words.startswith(words)


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("filed", "已入账，等待封存"),
        ("sealed", "已封存"),
        ("published", "已公布"),
    ],
)
def test_the_three_states_of_proof(mark: Mark, state: str, word: str) -> None:
    assert mark(f'{{{{ proof("{state}") }}}}').all("span")[0].words.endswith(word)


def test_steps_of_a_holder_are_counted_aloud(mark: Mark) -> None:
    page = mark('{{ c.dots(2, 5, "no") }}')
    assert page.all("span")[0].attributes["aria-label"] == "第 2 步，共 5 步"
    assert [i.attributes["class"] for i in page.all("i")] == ["on", "on", "no", "no", "no"]
