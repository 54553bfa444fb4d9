"""The scheme files of food against worked examples."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from app.credit.grading.queries.sources import FACTS, OBJECTS
from app.credit.grading.rules.tables import SCHEMES, categories
from app.credit.records.queries.facts import FACTS as RECORDS
from app.credit.scoring.rules.explain import Case, explain
from app.credit.scoring.rules.reading import read_scheme
from app.credit.scoring.terms import FactRow, Outcome, Scheme, days_of

ON = days_of(date(2026, 6, 30))
FILES = {path.stem: path for path in SCHEMES}
KINDS_OF_DISHES = (
    "cold",
    "cold_perishable",
    "raw",
    "pastry",
    "pastry_perishable",
    "hot",
    "hot_perishable",
    "drinks",
    "other",
)
VECTOR = {
    "area": 350,
    "prepack_ambient": 1200,
    "prepack_chilled": 80,
    "prepack_frozen": 50,
    "bulk_ambient": 120,
    "bulk_chilled": 25,
    "bulk_frozen": 0,
    "suppliers": 60,
}


@cache
def scheme(name: str) -> Scheme:
    """A scheme as its file says it."""
    return read_scheme(
        FILES[name].read_text("utf-8"),
        facts={"records": RECORDS, "food": FACTS},
        objects={"food": OBJECTS},
    )


def outcome(name: str, facts: Mapping[str, object]) -> Outcome:
    """One operator explained: numbers as written, texts as words."""
    rows = {}
    for fact, said in facts.items():
        values = said if isinstance(said, list) else [said]
        rows[fact] = [
            FactRow(text=it, on=ON) if isinstance(it, str) else FactRow(value=it * 1000, on=ON)
            for it in values
        ]
    return explain(scheme(name), Case(kind="subject", facts=rows), ON)


def static(found: Outcome) -> float:
    """Static points as people read them."""
    return next(part.points for part in found.parts if part.part.code == "static") / 1000


@pytest.mark.parametrize("path", SCHEMES, ids=lambda path: path.stem)
def test_each_file_is_read_without_a_fault_and_says_its_clauses(path: Path) -> None:
    """40 static (32 for plain producers), 60 dynamic, A to D at 30, 45, 60, public, with marks."""
    read = scheme(path.stem)
    assert read.public
    assert read.riskier
    assert read.sign
    assert [one.code for one in read.classes] == list("ABCD")
    assert [one.bound for one in read.classes] == [30_000, 45_000, 60_000, None]
    most = {part.code: part.most for part in read.parts}
    assert most == {
        "static": 32_000 if path.stem == "food_production" else 40_000,
        "dynamic": 60_000,
    }
    assert all(one.clause and one.mark for one in read.indicators)
    visits = [(one.visits_min, one.visits_max) for one in read.consequences]
    assert visits == [(1, 1), (1, 2), (2, 3), (3, 4)]


def test_the_store_of_the_sales_table() -> None:
    """Static 15.5; all passed 15.5 A, with 14.5 30.0 A, 14.6 30.1 B, 44.6 60.1 D."""
    groups = scheme("food_sales").indicators[-1].shares
    for failed, total, grade in (
        (0, 15_500, "A"),
        (145, 30_000, "A"),
        (146, 30_100, "B"),
        (295, 45_000, "B"),
        (296, 45_100, "C"),
        (445, 60_000, "C"),
        (446, 60_100, "D"),
    ):
        said = ",".join(f"{group.code}={failed}/600" for group in groups)
        found = outcome("food_sales", {**VECTOR, "inspection": said})
        assert (found.points, found.class_code) == (total, grade)
        assert static(found) == 15.5
    lines = {line.indicator.code: line.points for line in found.lines}
    assert [lines[name] for name in VECTOR] == [2000, 1000, 1000, 1000, 1500, 6000, 0, 3000]


@pytest.mark.parametrize(
    ("fact", "values"),
    [
        ("area", [(0, 0), (1, 1), (200, 1), (201, 2), (1000, 2), (1001, 2.5), (2000, 2.5),
                  (2001, 3), (3000, 3), (3001, 4)]),
        ("prepack_ambient", [(0, 0), (500, 0.5), (501, 1), (2001, 1.2), (5001, 1.5), (10_001, 2)]),
        ("prepack_chilled", [(100, 1), (101, 3), (301, 4), (601, 5), (1001, 7)]),
        ("prepack_frozen", [(100, 1), (101, 1.5), (301, 2), (601, 2.5), (1001, 3)]),
        ("bulk_ambient", [(100, 1), (101, 1.5), (301, 2), (601, 3), (1001, 5)]),
        ("bulk_chilled", [(30, 6), (31, 6.5), (51, 7), (101, 8), (151, 9)]),
        ("bulk_frozen", [(50, 1), (51, 2), (101, 2.5), (201, 3), (301, 4)]),
        ("suppliers", [(50, 2), (51, 3), (101, 4), (201, 5), (301, 6)]),
    ],
)  # fmt: skip
def test_bands_of_the_sales_table(fact: str, values: list[tuple[int, float]]) -> None:
    """Both ends of each band."""
    found = [(value, static(outcome("food_sales", {fact: value}))) for value, _ in values]
    assert found == values


def test_without_an_inspection_of_the_past_year_the_dynamic_part_is_thirty() -> None:
    """What the ledger checks by itself waits for an inspection."""
    assert outcome("food_sales", VECTOR).points == 45_500
    assert outcome("food_sales", {**VECTOR, "book": "purchase=4/4"}).points == 45_500


def test_a_group_without_items_gives_its_weight_to_the_others() -> None:
    """合理缺项: a third of what applies failed, so a third of sixty."""
    found = outcome("food_sales", {"inspection": "qualification=3/9,storage=3/9,label=0/0"})
    assert found.points == 20_000
    joined = outcome("food_sales", {"inspection": "purchase=0/8", "book": "purchase=4/4"})
    assert joined.points == 20_000  # 4 of 12


@pytest.mark.parametrize(
    ("facts", "points"),
    [
        ({"area": 150}, 2), ({"area": 151}, 4), ({"area": 501}, 6), ({"area": 1001}, 8),
        ({"area": 3001}, 10), ({"diners": 50}, 2), ({"diners": 300}, 4), ({"diners": 301}, 7),
        ({"diners": 501}, 10), ({"meals": 51}, 4), ({"outlets": 5}, 4), ({"outlets": 6}, 6),
        ({"outlets": 11}, 8), ({"outlets": 21}, 10),
        ({"area": 100, "diners": 501, "meals": 60}, 10),  # the highest of them
        ({"cold": 10}, 1), ({"cold": 11}, 3), ({"cold": 31}, 4), ({"cold_perishable": 1}, 3),
        ({"raw": 10}, 2), ({"raw": 11}, 4), ({"raw": 31}, 6), ({"pastry": 11}, 2),
        ({"pastry_perishable": 2}, 2), ({"hot": 11}, 2), ({"hot": 31}, 4),
        ({"hot_perishable": 1}, 3), ({"drinks": 10}, 1), ({"drinks": 11}, 3), ({"other": 11}, 2),
        (dict.fromkeys(KINDS_OF_DISHES, 100), 30),
    ],
)  # fmt: skip
def test_the_catering_table(facts: Mapping[str, object], points: float) -> None:
    """Size 10 as the highest of its tables, kinds and numbers 30 (4.2)."""
    assert static(outcome("food_catering", facts)) == points


@pytest.mark.parametrize("code", [code for code, one in categories().items() if one.score])
def test_each_category_of_production_has_its_score(code: str) -> None:
    """The table of categories and the scheme say the same (4.3)."""
    name = "food_special" if code in ("28", "29", "30") else "food_production"
    assert static(outcome(name, {"category": code})) * 1000 == categories()[code].score


def test_of_several_categories_the_riskiest_counts() -> None:
    """Flour, sweets and dairy are dairy."""
    assert static(outcome("food_production", {"category": ["01", "13", "05"]})) == 32


@pytest.mark.parametrize(
    ("facts", "points"),
    [
        ({"material": "ordinary", "formula": "single", "function": "other", "unsuitable": "all",
          "storage": "ambient"}, 4 + 3 + 7 + 1 + 3),
        ({"material": "extract", "formula": "compound", "function": "prone", "unsuitable": "none",
          "storage": "cold"}, 40),
        ({"material": "new_food", "formula": "compound", "function": "other",
          "unsuitable": "children", "storage": "cold"}, 8 + 5 + 7 + 3 + 5),
        ({"material": "food_medicine", "formula": "single", "function": "prone",
          "unsuitable": "women", "storage": "ambient"}, 6 + 3 + 10 + 5 + 3),
        ({"material": "health", "formula": "single", "function": "other", "unsuitable": "none",
          "storage": "ambient"}, 11 + 3 + 7 + 7 + 3),
        ({"material": ["ordinary", "vitamin"], "formula": "single", "function": "other",
          "unsuitable": "all", "storage": "ambient"}, 10 + 3 + 7 + 1 + 3),
        ({}, 40),
    ],
)  # fmt: skip
def test_the_health_food_table(facts: Mapping[str, object], points: float) -> None:
    """The highest of each row; what nobody has described counts most."""
    assert static(outcome("food_health", facts)) == points


@pytest.mark.parametrize(("name", "facts", "points"), [
    ("food_sales_a", {"area": 201, "agri": 51, "making": 31, "salt": 1, "counters": 1}, 18),
    ("food_sales_b", {"area": 201, "kinds": 501, "mode": "online"}, 21),
])  # fmt: skip
def test_provincial_tables(name: str, facts: Mapping[str, object], points: float) -> None:
    """The maxima of both are published, their bands are our own."""
    assert static(outcome(name, facts)) == points


def test_the_list_means_d_at_once() -> None:
    """Whatever the points."""
    found = outcome("food_sales", {**VECTOR, "inspection": "label=0/1", "serious": 1})
    assert (found.points, found.class_code) == (15_500, "D")
