"""Facts drawn from records: what counts, for whom, from when and until when."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from sqlalchemy import text
from support.accounts import subject

from app.credit.records import errors
from app.credit.records.queries.catalogue import items_by_code
from app.credit.records.queries.facts import FACTS, facts_of, item_rows
from app.credit.records.rules import facts as rules
from app.credit.records.rules.identity import joined, record_id
from app.credit.records.terms import FieldType, RecordFacts
from app.credit.scoring.terms import Fact, Objects, Said, day_of

AS_OF = date(2026, 8, 1)


def kept(uow, subject_id, code, on, *, revision=0, **said):
    """A record as intake keeps it; returns its own id."""
    item = items_by_code(uow, {code})[code]
    own = record_id(item.id, 1, "|".join(said.get(name, "") for name in item.key))
    uow.session.execute(
        text("""
            INSERT INTO credit_record (subject_id, upload_id, id, recorded_at, decided_on, item_id,
                agency_id, by_item, said)
            VALUES (:subject, 0, :id, :at, :on, :item, 1, :by_item, :said)"""),
        {
            "subject": subject_id,
            "id": own + revision,
            "at": uow.now,
            "on": on,
            "item": item.id,
            "by_item": item.by_item,
            "said": joined(item, said),
        },
    )
    return own


def happened(uow, subject_id, record, kind):
    uow.session.execute(
        text("""
            INSERT INTO credit_record_event (subject_id, record_id, kind, at, reason, basis, about)
            VALUES (:subject, :record, :kind, :at, '', '', '')"""),
        {"subject": subject_id, "record": record, "kind": kind, "at": uow.now},
    )


HONOUR = RecordFacts(
    name="honour", item="broker.honour", value="level", object_field="object", months=24
)


def honour(uow, subject_id, number, obj, level="city", on=date(2026, 1, 5), **more):
    said = {"document_no": number, "object": obj, "level": level, "title": "荣誉"}
    return kept(uow, subject_id, "broker.honour", on, **said, **more)


def rows(column):
    said = column.words or ()
    return [
        (int(one), said[int(value)] if said else int(value), day_of(on), until and day_of(until))
        for one, value, on, until in zip(
            column.objects, column.values, column.on, column.until.tolist(), strict=True
        )
    ]


def shops(subject_id):
    ids = np.array([7, 9], np.int64)
    return Objects(
        kind="shop",
        ids=ids,
        subjects=np.full(2, subject_id),
        parents=np.zeros(2, np.int64),
        numbers=("S-7", "S-9"),
    )


def test_records_about_an_object_are_found_by_its_number_and_lapse(uow):
    firm = subject(uow)
    honour(uow, firm, "1", "S-9")
    honour(uow, firm, "2", "S-9", "national", date(2024, 8, 2))
    honour(uow, firm, "3", "S-9", "national", date(2024, 8, 1))  # two years are over
    honour(uow, firm, "4", "S-9", "national", date(2026, 8, 2))  # still to come
    honour(uow, firm, "5", "S-8")  # about another
    (found,) = facts_of(uow, [HONOUR], AS_OF, shops(firm))
    assert rows(found) == [
        (9, "national", date(2024, 8, 2), date(2026, 8, 2)),
        (9, "city", date(2026, 1, 5), date(2028, 1, 5)),
    ]


def test_only_the_newest_revision_counts_and_nothing_withdrawn_or_repaired(uow):
    firm = subject(uow)
    honour(uow, firm, "1", "S-7")
    honour(uow, firm, "1", "S-7", "provincial", revision=1)
    happened(uow, firm, honour(uow, firm, "2", "S-7"), "withdrawn")
    restored = honour(uow, firm, "3", "S-9")
    for kind in ("repaired", "restored", "marked"):
        happened(uow, firm, restored, kind)
    happened(uow, firm, honour(uow, firm, "4", "S-9", "county"), "repaired")
    (found,) = facts_of(uow, [HONOUR], AS_OF, shops(firm))
    assert [row[:2] for row in rows(found)] == [(7, "provincial"), (9, "city")]
    assert len(list(item_rows(uow, "broker.honour", AS_OF, ["object"]))) == 2


def test_facts_of_subjects_follow_a_merger_and_are_counted_by_condition(uow):
    firm, gone = subject(uow), subject(uow, "旧名")
    uow.session.execute(
        text("UPDATE subject SET merged_into = :firm WHERE id = :gone"),
        {"firm": firm, "gone": gone},
    )
    for at, result in enumerate(("upheld", "dismissed", "upheld")):
        said = {"document_no": str(at), "object": "S-7", "result": result}
        kept(uow, gone, "broker.complaint", date(2026, 7, 1 + at), **said)
    asked = RecordFacts(name="c", item="broker.complaint", where={"result": ("upheld",)})
    (found,) = facts_of(uow, [asked], AS_OF, Objects.of_subjects([firm]))
    assert [row[:3] for row in rows(found)] == [
        (firm, 1000, date(2026, 7, 1)),
        (firm, 1000, date(2026, 7, 3)),
    ]


def test_an_item_or_field_nobody_knows_is_refused_by_name(uow):
    nobody = Objects.of_subjects([])
    with pytest.raises(errors.UnknownItem):
        facts_of(uow, [RecordFacts(name="x", item="no.such")], AS_OF, nobody)
    asked = RecordFacts(name="x", item="broker.honour", value="nothing")
    with pytest.raises(errors.UnknownItem):
        facts_of(uow, [asked], AS_OF, nobody)


def test_a_scheme_names_the_same_by_keys_and_wrong_ones_are_told(uow):
    firm = subject(uow)
    honour(uow, firm, "1", "S-7")
    keys = {"item": "broker.honour", "where": {"level": ["city"]}, "months": 12}
    fact = Fact(name="honour", title=Said("荣", "h"), source="records", keys=keys, line=1)
    (found,) = FACTS.gather(uow, [fact], Objects.of_subjects([firm]), AS_OF)
    assert rows(found) == [(firm, 1000, date(2026, 1, 5), date(2027, 1, 5))]
    assert FACTS.check(keys) == ""
    assert FACTS.check(keys | {"months": 0}) == "months"
    assert FACTS.check(keys | {"where": {"level": "city"}}) == "where"
    assert FACTS.check({"item": 3}) == "item"


@pytest.mark.parametrize(
    ("kind", "said", "measure"),
    [
        (FieldType.NUMBER, "12.3456", 12_346),
        (FieldType.MONEY, "0.01", 10),
        (FieldType.NUMBER, "", None),
        (FieldType.NUMBER, "1e99", None),
        (FieldType.FLAG, "yes", 1000),
        (FieldType.FLAG, "no", 0),
        (FieldType.FLAG, "", None),
        (FieldType.DATE, "1970-01-03", 2000),
    ],
)
def test_kept_texts_become_measures(kind, said, measure):
    assert rules.measure_of(kind)(said) == measure


def test_days_words_and_months_read_as_people_mean_them():
    assert rules.words_of(FieldType.CODES, "fine,warning") == ("fine", "warning")
    assert rules.words_of(FieldType.CODE, "") == ()
    assert rules.day_after("2026-08-01") == rules.day_number("2026-08-02")
    assert rules.day_after("") == rules.day_after("长期") == 0
    assert day_of(rules.lapses_on(rules.day_number("2024-02-29"), 12)) == date(2025, 2, 28)
