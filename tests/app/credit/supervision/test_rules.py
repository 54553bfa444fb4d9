"""Rules of tags: what is read and refused, in words, and alike in columns and one by one."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.credit.supervision import errors, rules
from app.credit.supervision.rules.official import crossed
from app.credit.supervision.terms import Every, Leaf, Not, Some, Tag, Tagged

DIVISIONS = ("350200", "350203", "350206", "350206001", "360481")
KINDS = ("production", "distribution", "catering")


def leaf_said():
    return st.one_of(
        st.sampled_from(("3502", "350206", "36")).map(lambda code: {"division": code}),
        st.sampled_from(KINDS).map(lambda kind: {"kind": kind}),
        st.sampled_from(("active", "closed")).map(lambda state: {"status": state}),
        st.sampled_from(("散装食品销售", "冷藏冷冻食品销售")).map(lambda word: {"scope": word}),
        st.just({"kind": ["production", "catering"]}),
        st.just({"tags": "cold_food"}),
    )


SAID = st.recursive(
    leaf_said(),
    lambda part: st.one_of(
        st.lists(part, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(part, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        part.map(lambda one: {"not": one}),
    ),
    max_leaves=6,
)
SUBJECT = st.fixed_dictionaries(
    {
        Tag.DIVISION: st.sampled_from(DIVISIONS).map(lambda code: frozenset({code})),
        Tag.KIND: st.frozensets(st.sampled_from(KINDS)),
        Tag.STATUS: st.sampled_from(("active", "closed")).map(lambda state: frozenset({state})),
        Tag.SCOPE: st.frozensets(st.sampled_from(("散装食品销售", "冷藏冷冻食品销售"))),
    }
)


def columns_of(subjects):
    places = {}
    for place, subject in enumerate(subjects):
        for tag, values in subject.items():
            for value in values:
                places.setdefault((tag, value), []).append(place)
    ids = np.arange(1, len(subjects) + 1)
    return rules.Columns(ids, {key: np.array(found) for key, found in places.items()})


@settings(max_examples=60, deadline=None)
@given(said=SAID, subjects=st.lists(SUBJECT, min_size=1, max_size=8))
def test_columns_say_of_all_what_is_said_of_each(said, subjects):
    rule = rules.read(said)
    assert rules.read(rules.document(rule)) == rule
    found = set(rules.members(rule, columns_of(subjects)).tolist())
    assert found == {
        number
        for number, values in enumerate(subjects, 1)
        if rules.holds(rule, Tagged(subject_id=number, values=values))
    }


@pytest.mark.parametrize(
    ("said", "refusal", "place"),
    [
        ([], errors.RuleShape, "rule"),
        ({}, errors.RuleShape, "rule"),
        ({"kind": "farm", "status": "active"}, errors.RuleShape, "rule"),
        ({"all": []}, errors.RuleShape, "all"),
        ({"all": [{"any": {}}]}, errors.RuleShape, "all[0].any"),
        ({"not": "x"}, errors.RuleShape, "not"),
        ({"colour": "red"}, errors.UnknownTag, "colour"),
        ({"all": [{"kind": "farm"}, {"kind": "zoo"}]}, errors.UnknownValue, "all[1].kind"),
        ({"division": "湖里"}, errors.UnknownValue, "division"),
        ({"division": 350206}, errors.UnknownValue, "division"),
        ({"not": {"tags": "nobody"}}, errors.UnknownName, "not.tags"),
        ({"scope": []}, errors.RuleShape, "scope"),
        ({"scope": " "}, errors.UnknownValue, "scope"),
    ],
)
def test_what_is_no_rule_is_refused_where_it_is_wrong(said, refusal, place):
    with pytest.raises(refusal) as refused:
        rules.read(said)
    assert refused.value.params["place"] == place
    assert refused.value.field == "rule"


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("{", errors.RuleUnreadable),
        ("[" * 5000, errors.RuleUnreadable),
        ('"x"', errors.RuleShape),
        (json.dumps({"scope": ["一"] * 300}), errors.RuleShape),
        ('{"not":' * 9 + '{"kind":"farm"}' + "}" * 9, errors.RuleTooLarge),
        (" " * 30_000, errors.RuleTooLarge),
    ],
)
def test_texts_that_are_no_rules_are_refused(text, refusal):
    with pytest.raises(refusal):
        rules.read_text(text)


def test_a_rule_is_said_in_both_languages():
    rule = rules.read({"all": [{"division": "350206"}, {"not": {"kind": "farm"}}]})
    assert rules.in_words(rule, "zh") == "区域：湖里区 350206，且不是（类别：种养殖）"
    assert rules.in_words(rule, "en") == "division Huli 350206 and not (kind farm)"
    several = rules.read({"any": [{"category": ["05", "29"]}, {"size": "large"}]})
    assert rules.in_words(several, "zh").startswith("（食品类别：乳制品，或食品类别：")
    assert rules.in_words(several, "en").endswith(" or size large")


def test_parts_are_what_they_are_called():
    rule = rules.read({"all": [{"any": [{"kind": "farm"}, {"status": "closed"}]}]})
    farm, closed = Leaf(Tag.KIND, "farm"), Leaf(Tag.STATUS, "closed")
    assert rule == Every((Some((farm, closed)),))
    assert rules.read({"not": {"kind": "farm"}}) == Not(farm)


def test_the_official_list_has_796_libraries_that_can_all_be_read():
    listed = rules.official_libraries()
    assert len(listed) == len({each.code for each in listed}) == 796
    assert [(each.region, each.industry) for each in listed] == [
        (region, industry)
        for industry_region in [crossed()]
        for region, industry in industry_region
    ]
    assert {each.attribute for each in listed} == {
        "food", "drug", "special_equipment", "finance", "port"
    }  # fmt: skip
    for each in listed:
        rule = rules.read(each.rule)
        assert rules.in_words(rule, "zh")
        assert rules.in_words(rule, "en")
