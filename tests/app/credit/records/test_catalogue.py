"""The catalogue is dated data: read with its lines, loaded once, never changed behind a record."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.credit.records import errors
from app.credit.records.queries.catalogue import (
    agencies,
    agency_by_code,
    catalogue,
    items,
    items_by_code,
    provides,
)
from app.credit.records.rules.catalogue import document_of, item_of, read_catalogue
from app.credit.records.rules.shipped import shared_fields, shipped_agencies, shipped_items
from app.credit.records.services.catalogue import load_catalogue, load_shipped
from app.credit.records.terms import Category, FieldRole, PublicLevel
from ledger.kernel.identifiers.uscc import parse_uscc

FILE = """[catalogue]
valid_from = 2020-01-01
source = "a test"
mark = "D"

[fields]
colour = { zh = "颜色", en = "Colour", type = "code", codes = "colour" }

[codes.colour]
red = ["红", "red"]

[[item]]
id = 1890
code = "test.colour"
version = 1
category = 18
zh = "颜色"
en = "Colour"
key = ["number"]
fields = ["uscc!", "number!", "colour", "happened_on!"]
"""
NEXT = (
    FILE.replace("version = 1", "version = 2")
    .replace("2020-01-01", "2024-05-01")
    .replace('"happened_on!"]', '"happened_on!", "remark"]')
)


def test_what_ships_has_all_eighteen_categories_and_sixty_items() -> None:
    """Every item says who, when, on what ground, and is marked with its source."""
    found = shipped_items()
    assert len(found) >= 60
    assert {item.category for item in found} == set(Category)
    assert len({item.id for item in found}) == len({item.code for item in found}) == len(found)
    for item in found:
        assert item.basis, item.code
        assert item.source
        assert item.field_of(FieldRole.SUBJECT)
        assert item.field_of(FieldRole.DATE)
        assert not item.negative or ((basis := item.field_of(FieldRole.BASIS)) and basis.required)


def test_what_is_kept_of_an_item_gives_the_item_again() -> None:
    for item in shipped_items():
        assert item_of(json.loads(json.dumps(document_of(item))), item.valid_to) == item


def test_codes_of_agencies_are_true_and_items_name_agencies_there_are() -> None:
    named = shipped_agencies()
    assert len(named) >= 25
    assert all(parse_uscc(one.uscc).text == one.uscc for one in named)
    known = {one.code for one in named}
    assert {code for item in shipped_items() for code in item.providers} <= known


@pytest.mark.parametrize(
    ("was", "now", "refusal", "params"),
    [
        ("id = 1890", "id = 1890.", errors.CatalogueUnreadable, {"line": 13}),
        ("id = 1890", "id = 99999", errors.CatalogueValue, {"line": 13, "key": "id"}),
        ("category = 18", "category = 19", errors.CatalogueValue, {"line": 16, "key": "category"}),
        ('zh = "颜色"\nen', 'zh = ""\nen', errors.CatalogueIncomplete, {"line": 12, "key": "zh"}),
        ('"colour", ', '"shape", ', errors.CatalogueField, {"line": 20, "name": "shape"}),
        ('codes = "colour"', 'codes = "c"', errors.CatalogueField, {"line": 20, "name": "c"}),
        ('"colour", ', '"number", ', errors.CatalogueTwice, {"line": 20, "name": "number"}),
        ('key = ["number"]', 'key = ["no"]', errors.CatalogueField, {"line": 19, "name": "no"}),
        (', "happened_on!"', "", errors.CatalogueIncomplete, {"line": 20, "key": "date"}),
        ("id = 1890", "id = 1890\nnegative = true", errors.CatalogueIncomplete, {"key": "basis"}),
        ("id = 1890", 'id = 1890\ncycle = "ever"', errors.CatalogueValue, {"line": 14}),
        ("id = 1890", "id = 1890\ncolor = 1", errors.CatalogueField, {"line": 14, "name": "color"}),
        ("2020-01-01", '"soon"', errors.CatalogueValue, {"key": "valid_from"}),
    ],
)
def test_a_file_is_refused_with_the_line(was, now, refusal, params) -> None:
    assert FILE.count(was) >= 1
    with pytest.raises(refusal) as caught:
        read_catalogue(FILE.replace(was, now, 1), shared_fields())
    assert params.items() <= caught.value.params.items()


def test_a_version_is_loaded_once_and_ends_the_one_before(uow) -> None:
    assert load_catalogue(uow, FILE).items == 1
    assert load_catalogue(uow, FILE).known == 1
    assert load_catalogue(uow, NEXT).items == 1
    known = catalogue(uow)
    assert known.item("test.colour", date(2024, 4, 30)).version == 1
    assert known.item("test.colour", date(2024, 5, 1)).version == 2
    assert known.newest(1890).position("remark") == 4
    with pytest.raises(errors.ItemNotInForce):
        items_by_code(uow, ["test.colour"], date(2019, 12, 31))
    with pytest.raises(errors.UnknownItem):
        items_by_code(uow, ["test.sound"])


@pytest.mark.parametrize(
    ("file", "refusal", "line"),
    [
        (FILE.replace('en = "Colour"\nkey', 'en = "Color"\nkey'), errors.CatalogueChanged, 12),
        (NEXT.replace('"colour", ', ""), errors.CatalogueFieldsMoved, 12),
        (NEXT.replace("2024-05-01", "2020-01-01"), errors.CatalogueValue, 12),
        (NEXT.replace("id = 1890", "id = 1891"), errors.CatalogueValue, 12),
    ],
)
def test_what_old_records_rest_on_stays(uow, file, refusal, line) -> None:
    load_catalogue(uow, FILE)
    with pytest.raises(refusal) as caught:
        load_catalogue(uow, file)
    assert caught.value.params["line"] == line


def test_a_version_that_is_yet_to_come_opens_nothing_before_its_day(uow) -> None:
    closed = FILE.replace('key = ["number"]', 'key = ["number"]\nlevel = "government"')
    load_catalogue(uow, closed)
    coming = NEXT.replace("2024-05-01", (uow.today + timedelta(days=1)).isoformat())
    load_catalogue(uow, coming)
    known = catalogue(uow)
    assert [one.version for one in known.versions[1890]] == [1, 2]
    assert known.newest(1890).level is PublicLevel.GOVERNMENT
    then = replace(known, today=uow.today + timedelta(days=1))
    assert then.newest(1890).level is PublicLevel.OPEN


def test_agencies_are_subjects_and_their_branches_provide_what_they_provide(uow) -> None:
    before = load_shipped(uow)
    assert before.items == 0
    assert before.agencies == len(shipped_agencies())
    assert load_shipped(uow).agencies == 0
    assert len(agencies(uow)) == before.agencies
    branch = agency_by_code(uow, "samr.huli")
    assert branch.subject_id
    report = items_by_code(uow, ["annual_report"])["annual_report"]
    assert provides(report, branch)
    assert not provides(report, agency_by_code(uow, "health"))
    assert len(items(uow)) >= 60
    with pytest.raises(errors.UnknownAgency):
        agency_by_code(uow, "moon")
