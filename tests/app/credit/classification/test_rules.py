"""Joining a credit class and a food grade: the matrix, the sums, and files that say too little."""

from __future__ import annotations

import pytest

from app.credit.classification.errors import CombinationRefused
from app.credit.classification.rules import combined_class, read_combination
from app.credit.classification.services import SHIPPED
from app.credit.classification.terms import Side

FOOD_2022 = (SHIPPED / "food_2022.toml").read_text("utf-8")
MATRIX = read_combination(FOOD_2022)
HEAD = """
version = "x"
valid_from = 2026-01-01
profile = "sum"
overridden = "D"
source = "our own"
clause = "our own matrix"
mark = "D"
"""
PLUS_20 = HEAD + "bounds = [36, 54, 72]\nmost = { static = 40, dynamic = 60, credit = 20 }\n"
FORTY = HEAD + "bounds = [30, 45, 60]\nmost = { static = 40, dynamic = 40, credit = 20 }\n"


def side(code, points=0, *, overridden=False, **parts):
    return Side(code=code, overridden=overridden, parts=parts | {"credit": (points, 100_000)})


@pytest.mark.parametrize(
    ("food", "credit", "joined"),
    [
        ("A", "A", "A"), ("A", "B", "A"), ("A", "C", "B"), ("A", "D", "C"), ("B", "D", "C"),
        ("C", "B", "C"), ("D", "B", "D"), ("D", "A", "D"), ("B", "", "B"),
    ],
)  # fmt: skip
def test_the_worse_of_the_grade_and_the_class_less_one_step(food, credit, joined):
    assert combined_class(MATRIX, side(food), side(credit)) == joined


def test_a_list_has_the_last_word():
    assert combined_class(MATRIX, side("A"), side("D", overridden=True)) == "D"
    assert combined_class(MATRIX, side("D", overridden=True), side("A")) == "D"
    assert combined_class(MATRIX, side("A"), side("C", overridden=True)) == "B"


@pytest.mark.parametrize(
    ("text", "static", "dynamic", "credit", "joined"),
    [
        (PLUS_20, 15_500, 14_500, 30_000, "A"), (PLUS_20, 15_500, 14_500, 30_600, "B"),
        (FORTY, 15_500, 14_500, 24_000, "A"), (FORTY, 15_500, 14_500, 24_500, "B"),
        (FORTY, 40_000, 60_000, 100_000, "D"),
    ],
)  # fmt: skip
def test_points_join_where_the_profile_says_so(text, static, dynamic, credit, joined):
    food = side("A", static=(static, 40_000), dynamic=(dynamic, 60_000))
    assert combined_class(read_combination(text), food, side("B", credit)) == joined


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('profile = "max"', 'profile = "min"', "profile"),
        ('overridden = "D"', 'overridden = "E"', "overridden"),
        ('B = { A = "B", B = "B", ', 'B = { A = "B", ', "matrix.B.B"),
        ("valid_from = 2022-03-01", "", "valid_from"),
        ('mark = "D"', 'mark = ""', "mark"),
        ("[matrix]", "[matrix", "TOML"),
    ],
)
def test_a_file_that_says_too_little_is_refused(old, new, key):
    with pytest.raises(CombinationRefused) as refusal:
        read_combination(FOOD_2022.replace(old, new, 1))
    assert refusal.value.params["key"] == key
    with pytest.raises(CombinationRefused):
        read_combination(PLUS_20.replace("[36, 54, 72]", "[36, 30, 72]"))
