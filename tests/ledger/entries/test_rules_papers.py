"""L02 to L04: what licences and certificates make of a line."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.entries.rules import papers
from ledger.entries.rules.findings import Effect
from ledger.entries.rules.limits import limits_on
from ledger.entries.terms import EntryKind
from ledger.kernel.moment import moment_of
from ledger.kernel.parameters import shipped
from ledger.subjects.terms import (
    Licence,
    LicenceKind,
    Subject,
    SubjectKind,
    SubjectStatus,
)

LIMITS = limits_on(shipped(), date(2026, 8, 15))


NOW = moment_of(date(2026, 8, 15)).seconds + 37_800


def a_licence(kind=LicenceKind.SC, since=2024, until=2028, scope=(), revoked_on=None) -> Licence:
    return Licence(
        kind=kind,
        number=f"{kind.value}1",
        valid_from=date(since, 1, 1),
        valid_to=date(until, 12, 31),
        scope=scope,
        revoked_on=revoked_on,
        number_checks=True,
    )


def a_subject(kinds, licences, status=SubjectStatus.ACTIVE, registered=True) -> Subject:
    return Subject(
        id=1,
        uscc="",
        name="甲",
        kinds=kinds,
        division="",
        address="",
        contact="",
        phone="",
        gln="",
        country="",
        status=status,
        registered=registered,
        licences=tuple(licences),
    )


MAKER, TRADER, FARM = SubjectKind.PRODUCTION, SubjectKind.DISTRIBUTION, SubjectKind.FARM


JY = LicenceKind.JY


PRODUCTION, DISPATCH, RECEIPT = EntryKind.PRODUCTION, EntryKind.DISPATCH, EntryKind.RECEIPT


@pytest.mark.parametrize(
    ("kinds", "licences", "kind", "category", "code"),
    [
        ((MAKER,), [a_licence()], PRODUCTION, "", None),
        ((MAKER,), [a_licence(JY)], PRODUCTION, "", "entries.licence_missing"),
        ((MAKER,), [a_licence(until=2025)], PRODUCTION, "", "entries.licence_lapsed"),
        ((MAKER,), [a_licence(since=2027)], PRODUCTION, "", "entries.licence_lapsed"),
        ((MAKER,), [a_licence(until=2025), a_licence()], PRODUCTION, "", None),
        (
            (MAKER,),
            [a_licence(revoked_on=date(2026, 8, 15))],
            RECEIPT,
            "",
            "entries.licence_lapsed",
        ),
        ((MAKER,), [a_licence(revoked_on=date(2026, 8, 16))], RECEIPT, "", None),
        ((MAKER,), [a_licence()], DISPATCH, "", None),
        ((TRADER,), [a_licence(JY)], DISPATCH, "", None),
        ((TRADER,), [a_licence(JY, until=2025)], RECEIPT, "", "entries.licence_lapsed"),
        ((TRADER,), [], RECEIPT, "", "entries.licence_missing"),
        ((FARM,), [], DISPATCH, "", None),
        ((FARM,), [], PRODUCTION, "", None),
        ((FARM, TRADER), [], DISPATCH, "", "entries.licence_missing"),
        ((SubjectKind.WAREHOUSE,), [], RECEIPT, "", None),
        ((), [], RECEIPT, "", "entries.licence_missing"),
        ((MAKER,), [], EntryKind.DISPOSAL, "", None),
        ((MAKER,), [a_licence(scope=("乳制品",))], PRODUCTION, "乳制品", None),
        ((MAKER,), [a_licence(scope=("05",))], PRODUCTION, "乳制品", None),
        ((MAKER,), [a_licence(scope=("糕点",))], PRODUCTION, "乳制品", "entries.licence_scope"),
        ((MAKER,), [a_licence(scope=("糕点",))], PRODUCTION, "奶", None),
        ((TRADER,), [a_licence(JY, scope=("预包装食品销售",))], RECEIPT, "乳制品", None),
    ],
)
def test_l02_own_licence(kinds, licences, kind, category, code):
    day = date(2026, 8, 15)
    found = papers.own_licence(a_subject(kinds, licences), kind, (day, day), category, LIMITS)
    assert (found.refusal.code if found else None) == code


def test_l02_a_month_in_which_the_licence_was_once_in_force_is_enough():
    paper = Licence(
        kind=LicenceKind.SC,
        number="SC1",
        valid_from=None,
        valid_to=date(2026, 8, 3),
        scope=(),
        revoked_on=None,
        number_checks=True,
    )
    days = (date(2026, 8, 1), date(2026, 8, 31))
    assert papers.own_licence(a_subject((MAKER,), [paper]), PRODUCTION, days, "", LIMITS) is None


def test_l03_a_reason_lets_a_blocked_supplier_through_and_nothing_else():
    day = (date(2026, 8, 15),) * 2
    closed = a_subject((MAKER,), [a_licence()], SubjectStatus.REVOKED)
    blocked = papers.supplier_licence(closed, day, "", LIMITS, "")
    through = papers.supplier_licence(closed, day, "", LIMITS, "已核对")
    assert (blocked.effect, through.effect) == (Effect.BLOCK, Effect.WARN)
    assert through.params["override_reason"] == "已核对"
    stranger = a_subject((), [], registered=False)
    remark = papers.supplier_licence(stranger, day, "", LIMITS, "已核对")
    assert (remark.effect, remark.flag) == (Effect.WARN, None)
    assert "override_reason" not in remark.params


@pytest.mark.parametrize(
    ("kind", "certificate", "asks"),
    [
        (RECEIPT, "", True),
        (RECEIPT, " ", True),
        (PRODUCTION, "", True),
        (RECEIPT, "C", False),
        (DISPATCH, "", False),
        (EntryKind.DISPOSAL, "", False),
    ],
)
def test_l04_goods_come_in_with_a_certificate(kind, certificate, asks):
    assert bool(papers.proof(kind, certificate, LIMITS)) is asks


@pytest.mark.parametrize(
    ("kind", "since", "asks"),
    [
        (DISPATCH, None, False),
        (DISPATCH, NOW - 86_400, False),
        (DISPATCH, NOW - 86_401, True),
        (RECEIPT, 0, False),
    ],
)
def test_l04_unproven_goods_are_not_sold_after_a_day(kind, since, asks):
    assert bool(papers.proof_overdue(kind, NOW, since, LIMITS)) is asks
