"""The credit file page: who reads which version, what is shown of a subject that has changed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from support import accounts
from support.credit import (
    HULI,
    a_known_subject,
    a_penalty,
    agencies_on_file,
    an_inspection,
    said_of,
)
from support.named import a_uscc, counted

from app.credit.records.queries.catalogue import agency_by_code
from app.credit.records.queries.file import file_of
from app.credit.records.queries.reporting import is_of, is_silent
from app.credit.records.schemas.report import content_hash
from app.credit.records.services.changing import repair_record
from app.credit.records.terms import Audience, Cycle, FileAsked, RepairRecord
from app.credit.records.terms.file import audience_of, speaks_for
from app.credit.records.terms.references import parse_record_reference, record_reference
from app.papers.terms import Facts, Grid, Heading, Words
from ledger.kernel.actor import PUBLIC, Actor, Role
from ledger.kernel.ids import UnknownReference
from ledger.subjects.services import amend_subject
from ledger.subjects.terms import AmendSubject

KEY = "a-key-for-tests-only-0123456789abcdef"


@pytest.fixture
def shop(database, now):
    """A shop with a fine and 120 inspections, and its people."""
    with accounts.house(database, now) as uow:
        agencies_on_file(uow)
        subject = a_known_subject(uow, 1, name="厦门万家鲜湖里店")
        other = a_known_subject(uow, 2, name="厦门别家")
        said_of(uow, "penalty.decision", a_penalty(subject.uscc))
        said_of(uow, "inspection.result", *(an_inspection(subject.uscc, n) for n in range(120)))
        accounts.person(uow, "dianzhu", Role.OPERATOR, subject.id)
        accounts.person(uow, "taizhang", Role.CLERK, subject.id)
        accounts.person(uow, "bieren", Role.OPERATOR, other.id)
        accounts.person(uow, "zhifa", Role.INSPECTOR)
        accounts.person(uow, "huli", Role.AGENCY, agency_by_code(uow, HULI).subject_id)
    return subject


def page(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def test_every_version_is_for_its_readers_alone(app, database, shop):
    path = f"/subjects/{shop.id}/credit"
    versions = {"dianzhu": "本人版", "zhifa": "政务版", "huli": "政务版"}
    for who, version in versions.items():
        assert f">{version}<" in page(accounts.signed_in(app, who), path), who
    for who in ("taizhang", "bieren"):
        assert accounts.signed_in(app, who).get(path).status_code == 403, who
    assert app.test_client().get(path).status_code == 401
    assert ">公开版<" in page(accounts.signed_in(app, "zhifa"), f"/credit/{shop.uscc}")
    looks = database.scalars(
        text("SELECT about FROM audit_line WHERE action = 'record.read'")
    ).all()
    assert looks.count(f"subject:{shop.id}") >= 2


def test_a_long_category_is_paged_without_loss(client, shop):
    seen, path = [], f"/credit/{shop.uscc}?category=4"
    while path:
        html = page(client, path)
        seen += re.findall(r'<small class="fold">(JC-\d+)', html)
        following = re.search(r'rel="next" href="([^"]+)"', html)
        path = following[1].replace("&amp;", "&") if following else ""
    assert sorted(seen) == sorted(f"JC-{n}" for n in range(120))


def test_the_number_of_statements_does_not_grow_with_the_file(client, database, now, shop):
    page(client, f"/credit/{shop.uscc}")
    with counted(database) as few:
        page(client, f"/credit/{shop.uscc}")
    with accounts.house(database, now) as uow:
        said_of(uow, "inspection.result", *(an_inspection(shop.uscc, n) for n in range(120, 600)))
    with counted(database) as many:
        page(client, f"/credit/{shop.uscc}")
    assert len(many) == len(few)


def test_a_repaired_record_is_gone_from_the_public_and_marked_for_its_subject(
    app, client, database, now, shop
):
    with accounts.house(database, now) as uow:
        asked = FileAsked(subject_id=shop.id, audience=Audience.GOVERNMENT)
        (fine,) = [one for one in file_of(uow, asked).records if one.item.negative]
        repair_record(
            uow, RepairRecord(subject_id=shop.id, record_id=fine.id, basis="厦信修〔2026〕1号")
        )
    assert "销售超过保质期的食品" not in page(client, f"/credit/{shop.uscc}")
    own = page(accounts.signed_in(app, "dianzhu"), f"/subjects/{shop.id}/credit")
    assert "已修复" in own


def test_a_renamed_subject_is_shown_with_its_former_name(client, database, now, shop):
    with accounts.house(database, now) as uow:
        amend_subject(uow, AmendSubject(uscc=shop.uscc, changes={"name": "厦门新名超市"}))
    html = page(client, f"/credit/{shop.uscc}")
    assert "厦门新名超市" in html
    assert "曾用名" in html
    assert "厦门万家鲜湖里店" in html
    assert client.get("/credit?q=万家鲜湖里").location == f"/credit/{shop.uscc}"


def test_a_merged_party_leads_to_the_one_it_was_merged_into(app, database, now, shop):
    with accounts.house(database, now) as uow:
        old = accounts.subject(uow, "万家鲜（未登记）")
        uow.session.execute(
            text("UPDATE subject SET merged_into = :into, registered = false WHERE id = :id"),
            {"into": shop.id, "id": old},
        )
    answer = accounts.signed_in(app, "zhifa").get(f"/subjects/{old}/credit")
    assert answer.location == f"/subjects/{shop.id}/credit"


def test_a_subject_is_found_by_code_name_and_licence(client, shop):
    assert client.get(f"/credit?q={shop.uscc}").location == f"/credit/{shop.uscc}"
    assert client.get(f"/credit/{shop.uscc.lower()}").location == f"/credit/{shop.uscc}"
    many = page(client, "/credit?q=厦门")
    assert many.count('href="/credit/9') == 2
    assert "没有查到" in page(client, "/credit?q=没有这一家店")
    assert client.get(f"/credit/{a_uscc(77)}").status_code == 404


def test_a_party_reads_by_its_link_until_it_is_taken_back(app, client, database, shop):
    owner = accounts.signed_in(app, "dianzhu")
    here = f"/subjects/{shop.id}/credit/authorisations"
    said = {"party": "厦门示例银行", "purpose": "loan", "note": "周转", "valid_to": "2026-09-15"}
    given = owner.post(here, data=said)
    assert given.status_code == 303
    link = re.search(r"/credit/shared/\w+", page(owner, here))
    assert link
    assert "厦门示例银行" in page(client, link[0])
    report = client.post(f"{link[0]}/report")
    assert report.mimetype == "application/pdf"
    seen = page(owner, here)
    assert "看了档案" in seen
    assert "下载了报告" in seen
    assert client.get(f"{link[0][:-1]}{'0' if link[0][-1] != '0' else '1'}").status_code == 404
    number = database.scalar(text("SELECT id FROM credit_authorisation"))
    stranger = accounts.signed_in(app, "bieren")
    assert stranger.post(f"/credit/authorisations/{number}/revoke").status_code == 404
    assert owner.post(f"/credit/authorisations/{number}/revoke").status_code == 303
    assert client.get(link[0]).status_code == 409
    assert "已收回" in page(owner, here)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"party": "", "purpose": "loan", "valid_to": "2026-09-15"}, "全称"),
        ({"party": "银行", "purpose": "loan", "valid_to": ""}, "请选择有效到哪一天"),
        ({"party": "银行", "purpose": "loan", "valid_to": "2026-08-14"}, "180 天"),
        ({"party": "银行", "purpose": "loan", "valid_to": "2027-08-14"}, "180 天"),
    ],
)
def test_an_authorisation_says_who_and_until_when(app, shop, typed, said):
    owner = accounts.signed_in(app, "dianzhu")
    answer = owner.post(f"/subjects/{shop.id}/credit/authorisations", data=typed)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)


@given(st.integers(1, 2**31 - 1), st.integers(0, 2**63 - 1))
def test_a_reference_finds_its_record_again(subject, record):
    said = record_reference(subject, record, KEY)
    assert parse_record_reference(f" {said.lower()} ", KEY) == (subject, record)


@given(st.integers(0, 36), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_a_reference_that_was_changed_finds_nothing(place, letter):
    said = record_reference(330, 2**60 + 1024, KEY)
    changed = said[:place] + letter + said[place + 1 :]
    if changed != said:
        with pytest.raises(UnknownReference):
            parse_record_reference(changed, KEY)


@pytest.mark.parametrize(
    ("actor", "own", "audience"),
    [
        (PUBLIC, False, None),
        (Actor(role=Role.OPERATOR, operator_id=5), True, Audience.OWN),
        (Actor(role=Role.OPERATOR, operator_id=6), False, None),
        (Actor(role=Role.OPERATOR, operator_id=5, delegated=frozenset({5})), False, None),
        (Actor(role=Role.CLERK, operator_id=5), True, None),
        (Actor(role=Role.AGENCY, operator_id=9), False, Audience.GOVERNMENT),
        (Actor(role=Role.ADMIN), True, Audience.GOVERNMENT),
    ],
)
def test_who_speaks_for_a_subject_and_reads_which_version(actor, own, audience):
    assert speaks_for(actor, 5) is own
    assert audience_of(actor, 5) is audience


def test_silence_is_told_by_the_cycle(now):
    from datetime import timedelta

    assert is_silent(Cycle.AT_ONCE, None, now)
    assert not is_silent(Cycle.AT_ONCE, now - timedelta(days=900), now)
    assert is_silent(Cycle.MONTH, now - timedelta(days=47), now)
    assert not is_silent(Cycle.MONTH, now - timedelta(days=45), now)
    assert is_of("samr.huli", "samr")
    assert not is_of("samrx", "samr")


def test_the_hash_of_a_report_covers_every_word():
    blocks = [Heading("a"), Words("b"), Facts((("c", "d"),)), Grid(("e",), (("f",),))]
    whole = content_hash(("t",), blocks)
    changed = [Heading("a"), Words("b"), Facts((("c", "d"),)), Grid(("e",), (("g",),))]
    assert whole != content_hash(("t",), changed)
    assert whole == content_hash(("t",), list(blocks))
