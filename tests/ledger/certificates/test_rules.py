"""Which papers goods need, what papers are worth, and when their end is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from ledger.certificates import errors, rules
from ledger.certificates.rules import EXPIRED, Goods
from ledger.certificates.terms import (
    KIND_TEXTS,
    AddCertificate,
    Certificate,
    CertificateKind,
    CertificateState,
    FileKept,
    Target,
    TargetKind,
    Withdrawn,
    about_of,
)

K = CertificateKind
TODAY = date(2026, 8, 15)
LOT = Target(TargetKind.LOT, 1)
FIRM = Target(TargetKind.OPERATOR, 1)


@pytest.mark.parametrize(
    ("goods", "kinds", "proven"),
    [
        (Goods(category="乳制品", name="纯牛奶"), {K.FACTORY}, True),
        (Goods(category="乳制品", name="纯牛奶"), {K.THIRD}, True),
        (Goods(category="乳制品", name="纯牛奶"), {K.SELFTEST}, True),
        (Goods(category="乳制品", name="纯牛奶"), {K.VOUCHER, K.ORIGIN, K.OTHER}, False),
        (Goods(category="乳制品", name="纯牛奶"), {K.LICENCE}, False),
        (Goods(category="乳制品", name="纯牛奶"), set(), False),
        (Goods(category="肉制品", name="猪肉脯"), {K.FACTORY}, True),
        (Goods(category="鲜肉", name="猪五花", agricultural=True), {K.QUAR_ANIMAL}, False),
        (Goods(category="鲜肉", name="猪五花", agricultural=True), {K.MEAT}, False),
        (Goods(category="鲜肉", name="猪五花", agricultural=True), {K.QUAR_ANIMAL, K.MEAT}, True),
        (Goods(category="鲜肉", name="牛腩", agricultural=True), {K.QUAR_ANIMAL}, True),
        (Goods(category="畜禽", name="光鸡", agricultural=True), {K.QUAR_ANIMAL}, True),
        (Goods(category="畜禽", name="光鸡", agricultural=True), {K.COMMIT}, False),
        (Goods(category="禽蛋", name="鸡蛋", agricultural=True), {K.COMMIT}, True),
        (Goods(category="水产品", name="鲈鱼", agricultural=True), {K.COMMIT}, True),
        (Goods(category="蔬菜", name="青菜", agricultural=True), {K.COMMIT}, True),
        (Goods(category="蔬菜", name="青菜", agricultural=True), {K.SELFTEST}, True),
        (Goods(category="蔬菜", name="青菜", agricultural=True), {K.ORIGIN}, False),
        (Goods(category="鲜肉", name="牛腩", agricultural=True, imported=True), {K.CIQ}, True),
        (Goods(category="乳制品", name="奶粉", imported=True), {K.FACTORY}, False),
    ],
)
def test_what_goods_need(goods, kinds, proven):
    assert rules.proves(kinds, rules.needs_of(goods)) is proven


def a_certificate(**changed) -> Certificate:
    said = {
        "id": 1,
        "owner_id": 1,
        "kind": K.THIRD,
        "number": "R-1",
        "issuer": "",
        "issued_on": date(2026, 1, 1),
        "valid_from": None,
        "valid_to": None,
        "note": "",
        "public": True,
        "added_at": datetime(2026, 1, 1, tzinfo=UTC),
        "added_by": None,
        "replaces": None,
        "replaced_by": None,
        "reason": "",
        "withdrawn": None,
        "targets": (FIRM,),
        "files": (),
    }
    return Certificate(**{**said, **changed})


ENDED = Withdrawn(at=datetime(2026, 8, 1, tzinfo=UTC), account_id=None, reason="wrong")


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, CertificateState.IN_FORCE),
        ({"valid_to": date(2026, 8, 15)}, CertificateState.EXPIRING),
        ({"valid_to": date(2026, 9, 14)}, CertificateState.EXPIRING),
        ({"valid_to": date(2026, 9, 15)}, CertificateState.IN_FORCE),
        ({"valid_to": date(2026, 8, 14)}, CertificateState.EXPIRED),
        ({"valid_from": date(2026, 8, 16)}, CertificateState.NOT_YET),
        ({"valid_to": date(2026, 8, 14), "replaced_by": 2}, CertificateState.REPLACED),
        ({"replaced_by": 2, "withdrawn": ENDED}, CertificateState.WITHDRAWN),
        (
            {"targets": (LOT,), "issued_on": date(2026, 8, 14), "valid_to": date(2026, 8, 16)},
            CertificateState.IN_FORCE,
        ),
    ],
)
def test_what_a_certificate_is_worth(changed, state):
    assert rules.state_of(a_certificate(**changed), TODAY, 30) is state


@pytest.mark.parametrize(
    ("ends", "stage"),
    [
        (date(2026, 9, 15), None),
        (date(2026, 9, 14), 30),
        (date(2026, 8, 23), 30),
        (date(2026, 8, 22), 7),
        (date(2026, 8, 17), 7),
        (date(2026, 8, 16), 1),
        (date(2026, 8, 15), 1),
        (date(2026, 8, 14), EXPIRED),
        (date(2026, 7, 16), EXPIRED),
        (date(2026, 7, 15), None),
    ],
)
def test_the_stages_of_an_end(ends, stage):
    assert rules.stage_of(ends, TODAY, (30, 7, 1)) == stage


def test_stages_are_read_from_the_parameter():
    assert rules.stages("7 30  1 7") == (30, 7, 1)


@pytest.mark.parametrize(
    ("begun", "ends", "lots_only", "watched"),
    [
        (date(2026, 8, 1), date(2026, 8, 4), True, False),
        (date(2026, 8, 1), date(2026, 8, 8), True, True),
        (date(2026, 8, 1), date(2026, 8, 4), False, True),
        (None, date(2026, 8, 4), True, True),
        (date(2026, 8, 1), None, False, False),
    ],
)
def test_papers_of_a_transport_end_by_themselves(begun, ends, lots_only, watched):
    assert rules.is_watched(begun, ends, lots_only=lots_only) is watched


SAID = AddCertificate(owner_id=1, kind=K.THIRD, targets=(LOT,), number="R-1")


@pytest.mark.parametrize(
    ("changed", "refusal", "field"),
    [
        ({"targets": ()}, errors.TargetMissing, "targets"),
        (
            {"targets": tuple(Target(TargetKind.LOT, n) for n in range(501))},
            errors.TooManyTargets,
            "targets",
        ),
        (
            {"files": (FileKept(sha256=b"", size=1, media_type=""),) * 21},
            errors.TooManyFiles,
            "files",
        ),
        ({"number": "  "}, errors.NothingSaid, "number"),
        ({"issuer": "x" * 201}, errors.TextTooLong, "issuer"),
        ({"note": "x" * 1001}, errors.TextTooLong, "note"),
        (
            {"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 31)},
            errors.DatesCrossed,
            "valid_to",
        ),
        (
            {"issued_on": date(2026, 2, 1), "valid_to": date(2026, 1, 31)},
            errors.DatesCrossed,
            "valid_to",
        ),
        ({"issued_on": date(2026, 8, 16)}, errors.IssuedInFuture, "issued_on"),
        ({"replaces": 7}, errors.ReasonMissing, "reason"),
    ],
)
def test_what_no_certificate_says(changed, refusal, field):
    with pytest.raises(refusal) as caught:
        rules.check(replace(SAID, **changed), TODAY)
    assert caught.value.field == field


def test_a_picture_alone_says_enough():
    rules.check(
        replace(SAID, number="", files=(FileKept(sha256=b"", size=1, media_type=""),)), TODAY
    )


def test_what_tells_of_dealings_is_never_public_and_pictures_of_people_not_by_default():
    assert {kind for kind in K if not rules.public_by_default(kind)} == rules.NOT_SHOWN
    assert {K.VOUCHER, K.OTHER} == rules.NEVER_PUBLIC


def test_every_kind_has_words_in_both_languages():
    assert set(KIND_TEXTS) == set(K)
    assert about_of("THIRD", "") == ("第三方检验报告", "Laboratory report")
