"""Who belongs to a library is found in one pass, dated, followed, kept for draws."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from support.accounts import house
from support.named import a_registration, a_uscc, an_sc

from app.credit.records.rules.shipped import shipped_agencies
from app.credit.records.services import submit_rows
from app.credit.records.services.catalogue import load_agencies, load_shipped
from app.credit.records.terms import SubmitRows
from app.credit.supervision import errors, queries, rules, services
from app.credit.supervision.terms import AmendLibrary, SetUpLibrary, Tag
from ledger.subjects.services import amend_subject, merge_subject, register_subject
from ledger.subjects.terms import (
    AmendSubject,
    LicenceKind,
    LicenceNamed,
    MergeSubject,
    SubjectKind,
    SubjectStatus,
)

COLD = "冷藏冷冻食品销售"
HULI, SIMING = "350206", "350203"
RULE = rules.read({"all": [{"division": HULI}, {"scope": COLD}]})


def a_shop(uow, number, *, division=HULI, scope=(COLD,), **paper):
    said = {"kind": LicenceKind.JY, "number": f"JY1350206000000{number}"}
    registered, _ = register_subject(
        uow,
        a_registration(
            number,
            division=division,
            kinds=(SubjectKind.DISTRIBUTION,),
            licences=(LicenceNamed(**said | {"scope": scope} | paper),),
        ),
    )
    return registered.id


@pytest.fixture
def city(uow):
    """Seven shops of which three are cold and in Huli, and the library of these."""
    shops = {
        "cold": a_shop(uow, 1),
        "cold_and_more": a_shop(uow, 2, scope=("散装食品销售", COLD)),
        "town": a_shop(uow, 3, division="350206001"),
        "elsewhere": a_shop(uow, 4, division=SIMING),
        "warm": a_shop(uow, 5, scope=("散装食品销售",)),
        "lapsed": a_shop(uow, 6, valid_to=date(2026, 8, 14)),
        "revoked": a_shop(uow, 7, revoked_on=date(2026, 8, 15)),
    }
    made = services.set_up_library(
        uow, SetUpLibrary(code="huli-cold", zh="湖里冷链", en="Huli cold", rule=RULE)
    )
    return shops, made.id


def pass_over(uow):
    return services.refresh_part(uow)


def in_library(uow, library, on=None):
    return {each.subject_id for each in queries.every_member(uow, library, on)}


def tomorrow(uow, days=1):
    uow.now += timedelta(days=days)


class TestA3:
    """监管对象库: the tag rule gives the manual query's set; membership changes are dated."""

    def test_the_rule_yields_the_same_set_as_a_manual_query(self, uow, city):
        shops, library = city
        pass_over(uow)
        by_hand = uow.session.scalars(
            text(
                "SELECT DISTINCT s.id FROM subject s JOIN licence l ON l.subject_id = s.id"
                " WHERE s.division LIKE '350206%' AND :cold = ANY(l.scope)"
                " AND (l.valid_to IS NULL OR l.valid_to >= :today)"
                " AND (l.revoked_on IS NULL OR l.revoked_on > :today)"
            ),
            {"cold": COLD, "today": uow.today},
        )
        found = in_library(uow, library)
        assert found == set(by_hand)
        assert found == {shops["cold"], shops["cold_and_more"], shops["town"]}

    def test_changes_are_dated_and_past_days_stay(self, uow, city):
        shops, library = city
        pass_over(uow)
        first_day = uow.today
        tomorrow(uow)
        amend_subject(uow, AmendSubject(uscc=a_uscc(1), changes={"division": SIMING}))
        amend_subject(uow, AmendSubject(uscc=a_uscc(4), changes={"division": HULI}))
        done = pass_over(uow)
        assert (done.joined, done.left) == (1, 1)
        assert in_library(uow, library) == {
            shops["cold_and_more"], shops["town"], shops["elsewhere"]
        }  # fmt: skip
        assert in_library(uow, library, first_day) == {
            shops["cold"], shops["cold_and_more"], shops["town"]
        }  # fmt: skip
        days = queries.changes_by_day(uow, library)
        assert [(day.on, day.joined, day.left) for day in days] == [
            (uow.today, 1, 1),
            (first_day, 3, 0),
        ]
        gone = queries.changed_on(uow, library, uow.today, joined=False).items
        assert [(each.subject_id, each.since, each.to) for each in gone] == [
            (shops["cold"], first_day, uow.today)
        ]
        assert queries.library_by_id(uow, library).members == 3


def test_the_same_city_again_changes_nothing(uow, city):
    assert pass_over(uow).joined == 3
    again = pass_over(uow)
    assert (again.joined, again.left, again.touched) == (0, 0, frozenset())


def test_who_leaves_and_comes_back_on_one_day_never_left(uow, city):
    shops, library = city
    pass_over(uow)
    tomorrow(uow)
    for division in (SIMING, HULI):
        amend_subject(uow, AmendSubject(uscc=a_uscc(1), changes={"division": division}))
        pass_over(uow)
    mine = [
        each for each in queries.memberships_of(uow, shops["cold"]) if each.library_id == library
    ]
    assert [(each.since, each.to) for each in mine] == [(date(2026, 8, 15), None)]


def test_who_comes_back_later_has_two_spans(uow, city):
    shops, _library = city
    pass_over(uow)
    for days, status in ((1, SubjectStatus.CLOSED), (2, SubjectStatus.ACTIVE)):
        tomorrow(uow, days)
        changes = {"division": SIMING if status is SubjectStatus.CLOSED else HULI}
        amend_subject(uow, AmendSubject(uscc=a_uscc(1), changes=changes))
        pass_over(uow)
    spans = [(each.since, each.to) for each in queries.memberships_of(uow, shops["cold"])]
    assert spans == [
        (date(2026, 8, 18), None),
        (date(2026, 8, 15), date(2026, 8, 16)),
    ]


def test_changes_are_followed_without_a_pass_over_the_city(uow, city):
    shops, library = city
    assert services.follow_changes(uow).joined == 3
    assert services.follow_changes(uow).subjects == 0
    tomorrow(uow)
    amend_subject(uow, AmendSubject(uscc=a_uscc(2), changes={"division": SIMING}))
    new = a_shop(uow, 8)
    done = services.follow_changes(uow)
    assert (done.subjects, done.joined, done.left) == (2, 1, 1)
    assert in_library(uow, library) == {shops["cold"], shops["town"], new}


def test_a_merged_subject_leaves(uow, city):
    shops, library = city
    pass_over(uow)
    tomorrow(uow)
    uow.session.execute(
        text("UPDATE subject SET uscc = '', registered = false WHERE id = :id"),
        {"id": shops["town"]},
    )
    merge_subject(
        uow, MergeSubject(unregistered_id=shops["town"], into_uscc=a_uscc(1), reason="同一家")
    )
    services.follow_changes(uow)
    assert in_library(uow, library) == {shops["cold"], shops["cold_and_more"]}


def test_a_new_rule_is_kept_with_the_old_one_and_found_alone(uow, city):
    shops, library = city
    pass_over(uow)
    warm = rules.read({"all": [{"division": HULI}, {"scope": "散装食品销售"}]})
    services.amend_library(
        uow, AmendLibrary(library_id=library, zh="湖里散装", en="Bulk", rule=warm, reason="换类")
    )
    services.refresh_part(uow, libraries=[library])
    assert in_library(uow, library) == {shops["cold_and_more"], shops["warm"]}
    change = queries.library_history(uow, library)[0]
    assert (change.reason, change.before["rule"]) == ("换类", rules.document(RULE))


def test_the_official_list_is_loaded_once_and_holds_categories_from_licences(uow):
    assert services.load_official(uow) == 796
    assert services.load_official(uow) == 0
    dairy, _ = register_subject(
        uow,
        a_registration(1, licences=(LicenceNamed(kind=LicenceKind.SC, number=an_sc(1)),)),
    )
    pass_over(uow)
    codes = {each.code for each in queries.memberships_of(uow, dairy.id)}
    assert {"3502-production.05", "350203-production.05", "350203-production.all"} <= codes
    tagged = queries.tagged_subject(uow, dairy.id, uow.today)
    assert "05" in tagged.values[Tag.CATEGORY]
    for each in rules.official_libraries():
        assert rules.holds(rules.read(each.rule), tagged) is (each.code in codes)


def test_what_records_say_of_a_trade_is_a_tag_while_it_holds(uow, city):
    shops, _library = city
    load_shipped(uow)
    load_agencies(uow, shipped_agencies())
    rule = rules.read({"all": [{"attribute": "drug"}, {"size": "large"}]})
    services.set_up_library(uow, SetUpLibrary(code="drugs", zh="药", en="Drugs", rule=rule))
    row = {
        "uscc": a_uscc(4),
        "name": "鼓浪乳业4有限公司",
        "trade_no": "HY-1",
        "attribute": "drug",
        "industry": "drug.retail",
        "size": "large",
        "noted_on": "2026-08-01",
        "valid_to": "2026-08-31",
    }
    said = SubmitRows(item="registration.trade", agency="samr", rows=(row,))
    report = submit_rows(uow, said)
    assert (report.added, report.refused) == (1, ())
    found = {pass_over(uow).joined, services.preview(uow, rule)[1]}
    assert found == {4, (shops["elsewhere"],)}
    tomorrow(uow, 17)
    assert pass_over(uow).left == 1


def test_a_library_off_the_list_ends_with_its_members(uow, city):
    library = uow.session.scalar(
        text(
            "INSERT INTO library (code, zh, en, rule, official, valid_from)"
            " SELECT 'old', zh, en, rule, true, valid_from FROM library RETURNING id"
        )
    )
    pass_over(uow)
    assert len(in_library(uow, library)) == 3
    services.load_official(uow)
    tomorrow(uow)
    pass_over(uow)
    assert in_library(uow, library) == set()
    assert queries.library_by_id(uow, library).valid_to == date(2026, 8, 15)


def test_a_snapshot_stays_what_it_was_and_is_held_against_its_hash(uow, city):
    shops, library = city
    pass_over(uow)
    taken = services.take_snapshot(uow, library)
    again = services.take_snapshot(uow, library)
    assert (taken.sha256, taken.members) == (again.sha256, 3)
    amend_subject(uow, AmendSubject(uscc=a_uscc(1), changes={"division": SIMING}))
    pass_over(uow)
    kept = queries.snapshot_by_id(uow, taken.id)
    assert kept.subjects == tuple(sorted((shops["cold"], shops["cold_and_more"], shops["town"])))
    assert services.take_snapshot(uow, library).sha256 != taken.sha256


def test_a_preview_counts_and_writes_nothing(uow, city):
    shops, _library = city
    count, first = services.preview(uow, RULE)
    assert (count, set(first)) == (3, {shops["cold"], shops["cold_and_more"], shops["town"]})
    assert uow.session.scalar(text("SELECT count(*) FROM library_member")) == 0


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"code": "湖里"}, errors.CodeWrong),
        ({"code": "huli-cold"}, errors.CodeTaken),
        ({"zh": " "}, errors.TitleMissing),
    ],
)
def test_a_library_that_cannot_be_is_refused(uow, city, changed, refusal):
    said = {"code": "another", "zh": "又一库", "en": "Another", "rule": RULE}
    with pytest.raises(refusal):
        services.set_up_library(uow, SetUpLibrary(**said | changed))


def test_a_whole_pass_goes_part_by_part(database, now, city, monkeypatch):
    from app.credit.supervision.queries import tagged
    from app.credit.supervision.services import refreshing

    monkeypatch.setattr(tagged, "PART", 3)
    monkeypatch.setattr(refreshing, "PART", 3)
    parts = list(services.refresh_all(lambda: house(database, now)))
    assert sum(part.joined for part in parts) == 3
    assert len(parts) > 2
    with house(database, now) as uow:
        assert services.follow_changes(uow).subjects == 0
