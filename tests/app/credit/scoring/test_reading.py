"""A scheme's file is read whole or refused, each fault with its line."""

from __future__ import annotations

import pytest
from support.schemes import BROKERS, FACTS, GRADES, OBJECTS, read

from app.credit.scoring.errors import SchemeRefused
from app.credit.scoring.rules.lines import lines_of
from app.credit.scoring.rules.reading import read_scheme


def faults(text):
    with pytest.raises(SchemeRefused) as refusal:
        read(text)
    params = refusal.value.params
    found = [(fault.line, fault.code.removeprefix("scoring.")) for fault in params["faults"]]
    assert (params["line"], params["count"]) == (found[0][0], len(found))
    return found


def line_of(text, part, *, nth=1):
    lines = [number for number, line in enumerate(text.splitlines(), 1) if part in line]
    return lines[nth - 1]


def test_a_scheme_is_read_with_its_lines_and_thousandths():
    scheme = read(GRADES)
    area = scheme.indicators[0]
    assert (scheme.code, scheme.object, scheme.riskier) == ("grades", "subject", True)
    assert [(band.bound, band.points) for band in area.bands] == [
        (200_000, 1000), (1_000_000, 2500), (None, 10_000),
    ]  # fmt: skip
    assert area.line == line_of(GRADES, "[[indicator]]")
    assert scheme.parts[0].line == line_of(GRADES, "[[part]]")
    assert scheme.indicators[3].also == ("book",)
    assert [read(BROKERS).rank(code) for code in "54321"] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("{ from = 201, to", "{ from = 200, to", "bands_overlap"),
        ("{ from = 201, to", "{ from = 210, to", "bands_hole"),
        ("to = 1000, points", "to = 150, points", "bands_overlap"),
        ("{ points = 10 },", "{ to = 2000, points = 10 },", "bands_hole"),
        ("up_to = 45", "up_to = 25", "bands_overlap"),
        ("up_to = 60", "over = 50\nup_to = 60", "bands_hole"),
        ("up_to = 60", "over = 40\nup_to = 60", "bands_overlap"),
        ('fact = "area"', 'fact = "aria"', "unknown_fact"),
        ("[facts.clean]", "[facts.more]\nfrom = 'made'\n[facts.clean]", "fact_unused"),
        ('[facts.area]\nfrom = "made"', '[facts.area]\nfrom = "stars"', "unknown_source"),
        ('[facts.area]\nfrom = "made"', '[facts.area]\nfrom = "made"\nhow = 1', "key_unknown"),
        ("most = 25", "most = 26", "most_unreachable"),
        ("most = 25", "most = 24", "most_exceeded"),
        ("most = 100", "most = 120", "most_unreachable"),
        ('part = "static"', 'part = "stat"', "unknown_name"),
        ('at = "D"', 'at = "E"', "unknown_name"),
        ("steps = 2", "steps = 2.5", "value_wrong"),
        ("points = 2.5", "points = 2.0005", "value_wrong"),
        ("points = 2.5", "points = inf", "value_wrong"),
        ("cap = 20\n", "", "key_missing"),
        ("cap = 20\n", "cap = 20\nweight = 3\n", "key_unknown"),
        ('code = "accident"', 'code = "failed"', "named_twice"),
        ("valid_from = 2020-01-01", "valid_from = '2020-01-01'", "value_wrong"),
        ("valid_from = 2020-01-01", "valid_from = ", "file_unreadable"),
        ("public = true\n", "", "key_missing"),
        ("[[consequence]]", "[[consequences]]", "key_unknown"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line(old, new, fault):
    text = GRADES.replace(old, new, 1)
    assert text != GRADES
    last = (new.splitlines() or [""])[-1]
    changed = [number for number, line in enumerate(text.splitlines(), 1) if last in line]
    found = faults(text)
    assert fault in {code for _, code in found}
    if fault not in ("key_missing", "unknown_source", "fact_unused", "bands_hole"):
        assert any(0 <= at - line <= 4 for line, _ in found for at in changed), found


def test_all_faults_are_told_at_once():
    text = GRADES.replace("steps = 2", "steps = -1").replace('how = "table"', 'how = "chart"')
    assert [code for _, code in faults(text)].count("value_wrong") == 2


def test_bands_that_lie_on_each_other_are_named_by_the_line_of_the_band():
    text = GRADES.replace("{ from = 201, to", "{ from = 150, to", 1)
    assert faults(text) == [(line_of(text, "from = 150"), "bands_overlap")]
    text = GRADES.replace("up_to = 60", "over = 50\nup_to = 60", 1)
    assert faults(text) == [(line_of(text, "[[class]]", nth=3), "bands_hole")]


def test_nothing_at_all_is_refused():
    assert {code for _, code in faults("")} >= {"key_missing"}
    assert faults("x" * 400_001) == [(1, "file_too_long")]


def test_lines_are_found_in_all_forms_of_toml():
    text = '# a\n[a]\nb = [\n  1, # [\n  "x]",\n]\nc = """\n[d]\n"""\n[[e]]\n"f" = {g = 1}\n[[e]]\n'
    assert lines_of(text) == {
        "a": 2, "a.b": 3, "a.b[0]": 4, "a.b[1]": 5, "a.c": 7, "e[0]": 10, "e[0].f": 11, "e[1]": 12,
    }  # fmt: skip


def test_the_sources_are_those_declared():
    with pytest.raises(SchemeRefused):
        read_scheme(GRADES, {}, OBJECTS)
    with pytest.raises(SchemeRefused):
        read_scheme(GRADES, FACTS, {})
