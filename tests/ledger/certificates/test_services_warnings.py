"""Who holds certificates and licences is warned of their end in time, and once."""

from __future__ import annotations

from datetime import date, timedelta

from support.certificates import delivered, facts, on_file
from support.filings import a_lot, an_operator, dispatch, file, production

from ledger.certificates.services import (
    warn_of_papers,
    withdraw_certificate,
)
from ledger.certificates.terms import (
    WithdrawCertificate,
)
from ledger.subjects.terms import (
    LicenceKind,
    LicenceNamed,
)


def warned(uow, now=None):
    uow.now = now or uow.now
    before = len(facts(uow, *WARNINGS))
    for licences in (False, True):
        after = 0
        while after is not None:
            after = warn_of_papers(uow, licences=licences, after=after, limit=2)
    return facts(uow, *WARNINGS)[before:]


WARNINGS = ("certificate.expiring", "certificate.expired", "licence.expiring", "licence.expired")


class TestWarnings:
    def test_each_stage_is_told_once_to_the_owner_and_who_bought(self, uow, dairy, shop, now):
        delivered(uow, dairy, shop)
        made = on_file(uow, dairy, valid_to=date(2026, 9, 14))
        ((fact, said),) = warned(uow)
        assert fact == "certificate.expiring"
        assert said["certificate_id"] == made.id
        assert said["operator_ids"] == [dairy, shop]
        assert (said["days"], said["valid_to"]) == (30, "2026-09-14")
        assert said["about"] == "第三方检验报告 R2026-1"
        assert said["about_en"] == "Laboratory report R2026-1"
        assert warned(uow) == []
        assert warned(uow, now + timedelta(days=22)) == []
        assert [it["days"] for _, it in warned(uow, now + timedelta(days=24))] == [6]
        assert [it["days"] for _, it in warned(uow, now + timedelta(days=29))] == [1]
        ((fact, said),) = warned(uow, now + timedelta(days=31))
        assert (fact, said["days"]) == ("certificate.expired", -1)
        assert warned(uow, now + timedelta(days=40)) == []

    def test_a_paper_on_a_lot_concerns_those_who_received_the_lot(self, uow, dairy, shop):
        other = an_operator(uow, 3)
        lot = delivered(uow, dairy, shop)
        file(uow, dairy, production(lot=a_lot("L2"), at="2026-08-01"))
        file(uow, dairy, dispatch(other, lot=a_lot("L2"), at="2026-08-02", quantity="5"))
        on_file(uow, dairy, lot=lot, valid_to=date(2026, 8, 20))
        ((_, said),) = warned(uow)
        assert said["operator_ids"] == [dairy, shop]

    def test_what_was_replaced_withdrawn_or_goes_with_a_transport_is_not_told(
        self, uow, dairy, shop
    ):
        lot = delivered(uow, dairy, shop)
        ends = date(2026, 8, 17)
        old = on_file(uow, dairy, number="1", valid_to=ends)
        on_file(uow, dairy, number="2", replaces=old.id, reason="renewed")
        gone = on_file(uow, dairy, number="3", valid_to=ends)
        withdraw_certificate(uow, WithdrawCertificate(certificate_id=gone.id, reason="x"))
        on_file(uow, dairy, number="4", lot=lot, issued_on=date(2026, 8, 14), valid_to=ends)
        assert warned(uow) == []

    def test_licences_too_unless_renewed_or_revoked(self, uow, dairy, now):
        def sc(number, ends, **said):
            return LicenceNamed(
                kind=LicenceKind.SC,
                number=number,
                valid_from=date(2024, 1, 1),
                valid_to=ends,
                **said,
            )

        soon = an_operator(uow, 5, licences=(sc("SC10535020300052", date(2026, 8, 20)),))
        an_operator(
            uow,
            6,
            licences=(
                sc("SC10535020300060", date(2026, 8, 20)),
                LicenceNamed(
                    kind=LicenceKind.SC,
                    number="SC10535020300060",
                    valid_from=date(2026, 8, 1),
                    valid_to=date(2031, 8, 1),
                ),
            ),
        )
        an_operator(
            uow,
            7,
            licences=(sc("SC10535020300079", date(2026, 8, 20), revoked_on=date(2026, 1, 1)),),
        )
        ((fact, said),) = warned(uow)
        assert (fact, said["subject_id"], said["days"]) == ("licence.expiring", soon, 5)
        assert said["about"].startswith("食品生产许可 SC")
        ((fact, _),) = warned(uow, now + timedelta(days=7))
        assert fact == "licence.expired"

    def test_who_bought_over_a_year_ago_is_not_told(self, uow, dairy, shop, now):
        delivered(uow, dairy, shop)
        uow.now = now + timedelta(days=400)
        on_file(uow, dairy, valid_to=uow.today + timedelta(days=3), issued_on=uow.today)
        ((_, said),) = warned(uow)
        assert said["operator_ids"] == [dairy]

    def test_a_withdrawal_is_told_to_those_it_concerns(self, uow, dairy, shop):
        lot = delivered(uow, dairy, shop)
        made = on_file(uow, dairy, lot=lot)
        withdraw_certificate(uow, WithdrawCertificate(certificate_id=made.id, reason="报告不实"))
        ((_, said),) = facts(uow, "certificate.withdrawn")
        assert said["operator_ids"] == [dairy, shop]
        assert said["reason"] == "报告不实"
