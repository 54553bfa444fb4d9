"""How a record is named and kept: what is joined is parted again, and a name gives one id."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.credit.records.rules.identity import (
    joined,
    key_of,
    newest,
    own_id,
    parted,
    record_id,
    revision_of,
)
from app.credit.records.rules.shipped import shipped_items
from app.credit.records.terms import REVISION_MAX, FieldRole

ITEMS = shipped_items()
TEXT = st.text(st.characters(exclude_categories=("C", "Z")), max_size=8)


@st.composite
def records(draw):
    """An item and the fields of a record as they are kept."""
    item = draw(st.sampled_from(ITEMS))
    kept = {one.name: draw(TEXT) for one in item.fields}
    for one in item.fields:
        if one.role is FieldRole.SUBJECT:
            kept[one.name] = "91350200MA2XFA1T37"
        if one.role is FieldRole.DATE:
            kept[one.name] = draw(st.dates()).isoformat()
    return item, kept


def _day(item, kept) -> date:
    return date.fromisoformat(
        next(kept[it.name] for it in item.fields if it.role is FieldRole.DATE)
    )


@given(records())
def test_what_is_kept_is_read_again(made) -> None:
    item, kept = made
    found = parted(item, joined(item, kept), "91350200MA2XFA1T37", _day(item, kept))
    assert found == {name: text for name, text in kept.items() if text}
    assert list(found) == [one.name for one in item.fields if kept[one.name]]


@given(records())
def test_a_record_of_an_earlier_version_reads_the_same_under_the_next(made) -> None:
    item, kept = made
    grown = replace(item, fields=(*item.fields, replace(item.fields[0], name="grown", role="")))
    said = joined(item, kept)
    assert parted(grown, said, "", _day(item, kept)) == parted(item, said, "", _day(item, kept))


@given(records(), st.integers(1, 99), st.integers(0, REVISION_MAX))
def test_an_id_holds_its_revision_and_fits_its_column(made, agency, revision) -> None:
    item, kept = made
    own = record_id(item.id, agency, key_of(item, kept))
    assert 0 <= own < own + revision < 2**63 or revision == 0
    assert (own_id(own + revision), revision_of(own + revision)) == (own, revision)
    assert newest([own, own + revision]) == {own: own + revision}


def test_a_document_is_one_however_its_brackets_are_written() -> None:
    item = next(one for one in ITEMS if one.code == "penalty.decision")
    ids = {
        record_id(item.id, 1, key_of(item, {"document_no": said}))
        for said in ("厦卫罚〔2026〕8号", "厦卫罚[2026]8号", "厦卫罚（2026） 8号")
    }
    assert len(ids) == 1
    assert record_id(item.id, 2, "x") != record_id(item.id, 1, "x")
