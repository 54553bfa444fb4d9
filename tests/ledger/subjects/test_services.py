"""Subjects: registered, amended, merged and recognised, with each refusal."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from sqlalchemy import select
from support.named import a_gln, a_registration, a_uscc, an_sc, counted

from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM
from ledger.kernel.errors import Refusal
from ledger.kernel.model import AuditLine, OutboxFact
from ledger.subjects import errors, queries, services
from ledger.subjects.terms import (
    AmendSubject,
    LicenceKind,
    LicenceNamed,
    MergeSubject,
    Party,
    PremisesNamed,
    SubjectKind,
    SubjectSearch,
)

SC = LicenceNamed(
    kind=LicenceKind.SC,
    number=an_sc(),
    valid_from=date(2021, 1, 1),
    valid_to=date(2025, 12, 31),
    scope=("乳制品",),
)
SHOP = PremisesNamed(name="总店", address="某路1号", division="350203", gln=a_gln(7))


def open_party(uow, name="绿野合作社", contact="13900005678"):
    (party,) = services.resolve_parties(uow, [Party(name=name, contact=contact)], open_unknown=True)
    return party


def page(uow, text="", **narrowed):
    return queries.subjects_page(uow, SubjectSearch(text=text, **narrowed))


def test_a_subject_is_registered_with_papers_and_places(uow):
    command = a_registration(licences=(SC,), premises=(SHOP,))
    subject, created = services.register_subject(uow, command)
    assert created
    assert subject == queries.subject_by_uscc(uow, a_uscc().lower())
    assert subject.licences[0].number_checks
    assert subject.licences[0].scope == ("乳制品",)
    assert subject.premises[0].gln == a_gln(7)
    uow.session.flush()
    fact = uow.session.scalars(select(OutboxFact)).one()
    assert (fact.fact, fact.payload["subject_id"]) == ("subject.registered", subject.id)
    assert uow.session.scalars(select(AuditLine)).one().action == "subject.register"


def test_the_same_registration_again_changes_nothing(uow):
    command = a_registration(licences=(SC,), premises=(SHOP,))
    first, _ = services.register_subject(uow, command)
    assert services.register_subject(uow, command) == (first, False)


def test_other_particulars_of_a_registered_subject_are_refused(uow):
    services.register_subject(uow, a_registration())
    with pytest.raises(errors.ExistsDifferently) as caught:
        services.register_subject(uow, a_registration(phone="1", licences=(SC,)))
    assert caught.value.params["fields"] == ["phone", "licences"]


def test_a_location_number_belongs_to_one_subject(uow):
    services.register_subject(uow, a_registration(1, premises=(SHOP,)))
    with pytest.raises(errors.GlnTaken):
        services.register_subject(uow, a_registration(2, gln=SHOP.gln))
    services.register_subject(uow, a_registration(2))
    with pytest.raises(errors.GlnTaken):
        services.amend_subject(uow, AmendSubject(uscc=a_uscc(2), changes={"gln": SHOP.gln}))


def test_many_are_registered_and_one_refused_keeps_no_other_back(uow):
    services.register_subject(uow, a_registration(1))
    outcomes = services.register_subjects(
        uow,
        [
            a_registration(1),
            a_registration(2),
            a_registration(2),
            a_registration(2, name="别名"),
            a_registration(3, uscc="x"),
            a_registration(4, gln=a_gln(9)),
            a_registration(5, gln=a_gln(9)),
        ],
    )
    said = [it.code if isinstance(it, Refusal) else it[1] for it in outcomes]
    assert said == [
        False,
        True,
        False,
        "subjects.exists_differently",
        "identifiers.uscc_unreadable",
        True,
        "subjects.gln_taken",
    ]


def test_a_licence_whose_check_digit_is_wrong_is_kept_with_a_doubt(uow):
    wrong = an_sc()[:-1] + str((int(an_sc()[-1]) + 1) % 10)
    subject, _ = services.register_subject(
        uow, a_registration(licences=(SC, LicenceNamed(kind=LicenceKind.SC, number=wrong)))
    )
    assert [paper.number_checks for paper in subject.licences] == [True, False]
    ((paper, doubt),) = queries.licence_doubts(subject)
    assert (paper.number, doubt.code) == (wrong, "identifiers.licence_check_digit")


def test_an_amendment_keeps_the_old_values_and_the_old_name_finds_the_subject(uow):
    first, _ = services.register_subject(uow, a_registration())
    subject = services.amend_subject(
        uow,
        AmendSubject(
            uscc=a_uscc(),
            reason="更名",
            changes={"name": "海风食品有限公司", "phone": "13900000000"},
        ),
    )
    assert (subject.id, subject.name) == (first.id, "海风食品有限公司")
    (change,) = queries.subject_history(uow, subject.id)
    assert change.before == {"name": first.name, "phone": first.phone}
    assert change.reason == "更名"
    assert [it.id for it in page(uow, "鼓浪乳业").items] == [subject.id]
    assert [it.id for it in page(uow, "海风").items] == [subject.id]


def test_an_amendment_to_what_is_on_file_leaves_no_history(uow):
    first, _ = services.register_subject(uow, a_registration(licences=(SC,), premises=(SHOP,)))
    again = services.amend_subject(
        uow,
        AmendSubject(
            uscc=a_uscc(),
            changes={
                "name": first.name,
                "licences": (SC,),
                "premises": (SHOP,),
                "status": "active",
                "kinds": (SubjectKind.PRODUCTION,),
            },
        ),
    )
    assert again == first
    assert queries.subject_history(uow, first.id) == ()


def test_a_licence_is_revoked_and_another_added_by_amendment(uow):
    services.register_subject(uow, a_registration(licences=(SC,)))
    revoked = LicenceNamed(
        kind=SC.kind,
        number=SC.number,
        valid_from=SC.valid_from,
        valid_to=SC.valid_to,
        scope=SC.scope,
        revoked_on=date(2022, 3, 1),
    )
    other = LicenceNamed(kind=LicenceKind.JY, number="JY13502030001236")
    subject = services.amend_subject(
        uow, AmendSubject(uscc=a_uscc(), changes={"licences": (revoked, other)})
    )
    assert [paper.kind.value for paper in subject.licences] == ["SC", "JY"]
    assert queries.lacks_licence(subject, SubjectKind.PRODUCTION, date(2022, 3, 1))
    assert not queries.lacks_licence(subject, SubjectKind.PRODUCTION, date(2022, 2, 28))
    in_force = queries.licence_in_force(subject, SubjectKind.CATERING, date(2022, 3, 1))
    assert in_force is not None
    assert in_force.number == other.number
    (change,) = queries.subject_history(uow, subject.id)
    assert change.before["licences"][0]["revoked_on"] is None


def test_a_place_is_put_right_and_another_added(uow):
    services.register_subject(uow, a_registration(premises=(SHOP,)))
    moved = PremisesNamed(name="总店", address="某路2号", gln=SHOP.gln)
    subject = services.amend_subject(
        uow, AmendSubject(uscc=a_uscc(), changes={"premises": (moved, PremisesNamed(name="分店"))})
    )
    assert [(it.name, it.address) for it in subject.premises] == [("总店", "某路2号"), ("分店", "")]


def test_only_named_fields_of_a_known_subject_are_amended(uow):
    with pytest.raises(errors.NotAmendable):
        services.amend_subject(uow, AmendSubject(uscc=a_uscc(), changes={"uscc": a_uscc(2)}))
    with pytest.raises(errors.UnknownUscc):
        services.amend_subject(uow, AmendSubject(uscc=a_uscc(), changes={"name": "甲"}))


def test_a_merged_party_is_read_under_its_subject(uow):
    subject, _ = services.register_subject(uow, a_registration())
    party = open_party(uow)
    merged = services.merge_subject(
        uow, MergeSubject(unregistered_id=party, into_uscc=a_uscc(), reason="同一合作社")
    )
    assert merged.id == subject.id
    assert open_party(uow) == subject.id
    assert queries.subjects_by_ids(uow, [party, subject.id]) == {
        party: subject,
        subject.id: subject,
    }
    assert [it.id for it in page(uow, "绿野合作").items] == [subject.id]
    assert queries.subject_history(uow, party)[0].after["merged"]["into"] == a_uscc()


def test_what_cannot_be_merged(uow):
    first, _ = services.register_subject(uow, a_registration(1))
    services.register_subject(uow, a_registration(2))
    party = open_party(uow)

    def merge(of, into, reason="同一家"):
        services.merge_subject(uow, MergeSubject(unregistered_id=of, into_uscc=into, reason=reason))

    with pytest.raises(errors.ReasonMissing):
        merge(party, a_uscc(1), reason=" ")
    with pytest.raises(errors.UnknownSubject):
        merge(999_999, a_uscc(1))
    with pytest.raises(errors.AlreadyRegistered):
        merge(first.id, a_uscc(2))
    with pytest.raises(errors.UnknownUscc):
        merge(party, a_uscc(3))
    merge(party, a_uscc(1))
    with pytest.raises(errors.AlreadyMerged):
        merge(party, a_uscc(2))


def test_parties_are_recognised_by_every_way_of_naming(uow):
    subject, _ = services.register_subject(uow, a_registration(gln=a_gln(1), premises=(SHOP,)))
    party = open_party(uow)
    found = services.resolve_parties(
        uow,
        [
            Party(consumers=True),
            Party(subject_id=subject.id),
            Party(uscc=f" {a_uscc().lower()} "),
            Party(gln=a_gln(1)),
            Party(gln=SHOP.gln),
            Party(name="绿野 合作社", contact="１３９００００５６７８"),
            Party(uscc=a_uscc(), name="whatever"),
        ],
        open_unknown=False,
    )
    assert found == [0, subject.id, subject.id, subject.id, subject.id, party, subject.id]


def test_parties_that_cannot_be_recognised_say_why(uow):
    found = services.resolve_parties(
        uow,
        [
            Party(),
            Party(uscc="1"),
            Party(uscc=a_uscc(5)),
            Party(gln="1"),
            Party(gln=a_gln(5)),
            Party(subject_id=987_654),
            Party(subject_id=2**40),
            Party(name="无名"),
        ],
        open_unknown=False,
    )
    assert [it.code for it in found] == [
        "subjects.party_unnamed",
        "identifiers.uscc_unreadable",
        "subjects.unknown_uscc",
        "identifiers.gln_unreadable",
        "subjects.unknown_gln",
        "subjects.unknown",
        "subjects.unknown",
        "subjects.unknown_party",
    ]


def test_a_thousand_strangers_take_as_many_statements_as_ten(uow, database):
    spent = []
    for size in (10, 1_000):
        parties = [Party(name=f"农户{size}-{at}", contact="1") for at in range(size)] * 2
        with counted(database) as sent:
            found = services.resolve_parties(uow, parties, open_unknown=True)
        assert len(set(found)) == size
        spent.append(len(sent))
    assert spent == [3, 3]


def test_a_thousand_registrations_take_as_many_statements_as_ten(uow, database):
    spent = []
    for start, size in ((1, 10), (100, 900)):
        many = [a_registration(start + at, licences=(SC,)) for at in range(size)]
        with counted(database) as sent:
            outcomes = services.register_subjects(uow, many)
        assert all(created for _, created in outcomes)
        spent.append(len(sent))
    assert spent[0] == spent[1] <= 8


def test_two_filings_that_name_the_same_strangers_at_once_agree(fresh_database, now):
    parties = [Party(name=f"摊主{at}") for at in range(50)]
    found, start = {}, threading.Barrier(2)

    def file(number, order):
        start.wait()
        with units.begin(fresh_database, actor=SYSTEM, now=now) as unit:
            ids = services.resolve_parties(unit, order, open_unknown=True)
            found[number] = dict(zip(order, ids, strict=True))

    threads = [threading.Thread(target=file, args=it) for it in ((1, parties), (2, parties[::-1]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found[1] == found[2]
    assert len(set(found[1].values())) == 50


def test_a_page_of_subjects_is_narrowed_and_goes_on(uow):
    services.register_subjects(
        uow,
        [
            a_registration(
                at,
                division="350203" if at % 2 else "360481001",
                kinds=(SubjectKind.FARM,) if at == 4 else (SubjectKind.PRODUCTION,),
                licences=(SC,) if at == 2 else (),
                gln=a_gln(3) if at == 3 else "",
            )
            for at in range(1, 6)
        ],
    )
    open_party(uow)

    def names(text="", **narrowed):
        return [it.uscc for it in page(uow, text, **narrowed).items]

    assert names(division="350200") == [a_uscc(1), a_uscc(3), a_uscc(5)]
    assert names(division="360481") == [a_uscc(2), a_uscc(4)]
    assert names(kind=SubjectKind.FARM) == [a_uscc(4)]
    assert names(SC.number) == [a_uscc(2)]
    assert names(a_gln(3)) == [a_uscc(3)]
    assert names(a_uscc(5).lower()) == [a_uscc(5)]
    assert names(registered=False) == [""]
    assert names("乳业5") == [a_uscc(5)]
    assert names("浪") == [a_uscc(at) for at in range(1, 6)]
    first = page(uow, "鼓浪", limit=2)
    second = page(uow, "鼓浪", limit=2, after=first.next)
    last = page(uow, "鼓浪", limit=2, after=second.next)
    assert [len(it.items) for it in (first, second, last)] == [2, 2, 1]
    assert last.next is None


def test_an_unknown_subject_is_refused_by_name(uow):
    with pytest.raises(errors.UnknownSubject):
        queries.subject_by_id(uow, 999_999)
    with pytest.raises(errors.UnknownUscc):
        queries.subject_by_uscc(uow, a_uscc(8))
