"""Certificates are put on file, vouch for lots, are replaced, withdrawn and found again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from support.certificates import a_certificate, a_file, delivered, facts, lot_of, on_file
from support.filings import a_lot, an_operator, dispatch, file, production, receipt
from support.named import a_gtin, a_uscc

from app.food.products.services import open_product
from ledger.certificates import errors, queries
from ledger.certificates.services import (
    add_certificate,
    attach_certificate,
    withdraw_certificate,
)
from ledger.certificates.terms import (
    AttachCertificate,
    CertificateKind,
    CertificateSearch,
    CertificateState,
    Target,
    TargetKind,
    WithdrawCertificate,
)
from ledger.entries.queries import book_page, pending_proof
from ledger.entries.terms import BookAsked
from ledger.kernel.actor import SYSTEM, Actor, NotPermitted, NotYourOperator, Role
from ledger.kernel.model import Parameter
from ledger.products.queries import product_by_gtin
from ledger.products.terms import OpenProduct, PackNamed
from ledger.subjects.services import amend_subject
from ledger.subjects.terms import (
    AmendSubject,
    Party,
    PremisesNamed,
)

K = CertificateKind


SOLD = Party(consumers=True)


def proven_warnings(uow, shop, **said):
    """The codes of what the shop's sale a fortnight later is warned of."""
    filed = file(
        uow, shop, dispatch(0, at="2026-08-14", partner=SOLD, quantity="1", unit="EA", **said)
    )
    return [warning.code for warning in filed.warnings]


class TestProof:
    def test_a_lot_without_proof_warns_when_sold_until_a_report_is_attached(self, uow, dairy, shop):
        lot = delivered(uow, dairy, shop)
        assert "entries.proof_overdue" in proven_warnings(uow, shop)
        assert [line.lot_id for line in pending_proof(uow, shop)] == [lot]
        on_file(uow, dairy, lot=lot)
        assert "entries.proof_overdue" not in proven_warnings(uow, shop, document="D-2")
        assert pending_proof(uow, shop) == ()
        assert pending_proof(uow, dairy) == ()

    def test_the_books_mark_goes_with_the_papers(self, uow, dairy, shop):
        lot = delivered(uow, dairy, shop)

        def marked():
            page = book_page(uow, BookAsked(operator_id=shop, limit=50, kind=None))
            return {line.kind.value for line in page.items if "pending_proof" in line.flags}

        assert marked() == {"receipt"}
        made = on_file(uow, dairy, lot=lot)
        assert marked() == set()
        withdraw_certificate(uow, WithdrawCertificate(certificate_id=made.id, reason="假的"))
        assert marked() == {"receipt"}

    def test_with_the_parameter_block_an_unproven_lot_is_not_sold(self, uow, dairy, shop):
        lot = delivered(uow, dairy, shop)
        uow.session.add(
            Parameter(
                key="filing.pending_proof_effect",
                value="block",
                unit="word",
                jurisdiction="CN",
                valid_from=date(2026, 1, 1),
                valid_to=None,
                source="test",
                mark="D",
            )
        )
        uow.session.flush()
        uow._parameters = None
        sale = dispatch(0, at="2026-08-14", partner=SOLD, quantity="1")
        refused = file(uow, shop, sale)
        assert [it.code for it in refused.refused] == ["entries.proof_overdue"]
        on_file(uow, dairy, lot=lot)
        assert file(uow, shop, sale).accepted == 1

    def test_a_paper_of_the_wrong_kind_proves_nothing(self, uow, dairy, shop):
        lot = delivered(uow, dairy, shop)
        on_file(uow, shop, lot=lot, kind=K.VOUCHER)
        assert [line.lot_id for line in pending_proof(uow, shop)] == [lot]

    def test_withdrawing_the_paper_takes_the_proof_back(self, uow, dairy, shop):
        lot = delivered(uow, dairy, shop)
        report = on_file(uow, dairy, lot=lot)
        withdraw_certificate(uow, WithdrawCertificate(certificate_id=report.id, reason="假的"))
        assert [line.lot_id for line in pending_proof(uow, shop)] == [lot]
        on_file(uow, dairy, lot=lot)
        assert pending_proof(uow, shop) == ()

    def test_what_replaces_a_paper_proves_in_its_place(self, uow, dairy, shop):
        lot = delivered(uow, dairy, shop)
        report = on_file(uow, dairy, lot=lot)
        new = add_certificate(
            uow,
            a_certificate(dairy, number="R2026-2", replaces=report.id, reason="复检", targets=()),
        )
        assert new.targets == (Target(TargetKind.LOT, lot),)
        assert queries.certificate_by_id(uow, report.id).replaced_by == new.id
        assert pending_proof(uow, shop) == ()

    def test_replaced_by_a_paper_on_something_else_the_lot_is_unproven(self, uow, dairy, shop):
        lot = delivered(uow, dairy, shop)
        report = on_file(uow, dairy, lot=lot)
        on_file(uow, dairy, number="R-9", replaces=report.id, reason="挂错了")
        assert [line.lot_id for line in pending_proof(uow, shop)] == [lot]

    def test_pork_needs_both_papers(self, uow, dairy):
        pork = a_lot("P1", gtin=a_gtin(7), name="猪五花肉", category="鲜肉")
        file(uow, dairy, production(lot=pork, certificate="", at="2026-08-14"))
        lot = lot_of(uow, "P1", 7)
        first = on_file(uow, dairy, lot=lot, kind=K.QUAR_ANIMAL, number="Q-1")
        assert len(pending_proof(uow, dairy)) == 1
        on_file(uow, dairy, lot=lot, kind=K.MEAT, number="M-1")
        assert pending_proof(uow, dairy) == ()
        withdraw_certificate(uow, WithdrawCertificate(certificate_id=first.id, reason="作废"))
        assert len(pending_proof(uow, dairy)) == 1

    def test_a_paper_of_the_case_proves_the_piece(self, uow, dairy, shop):
        file(uow, dairy, production(at="2026-08-01", certificate=""))
        file(
            uow,
            shop,
            receipt(
                dairy, at="2026-08-02", certificate="", quantity="1", lot=a_lot(gtin=a_gtin(1, 1))
            ),
        )
        pack = PackNamed(gtin=a_gtin(1, 1), contains=Decimal(12), of=a_gtin(1))
        open_product(uow, OpenProduct(gtin=a_gtin(1), name="纯牛奶", packs=(pack,)))
        on_file(uow, dairy, lot=lot_of(uow))
        assert pending_proof(uow, shop) == ()


class TestWhoMay:
    def acting(self, uow, operator, role=Role.OPERATOR):
        uow.actor = Actor(role=role, operator_id=operator)
        return uow

    def test_an_operator_vouches_for_its_own(self, uow, dairy, shop):
        lot = delivered(uow, dairy, shop)
        product = product_by_gtin(uow, a_gtin(1)).id
        self.acting(uow, shop)
        on_file(uow, shop, lot=lot)
        on_file(uow, shop, number="L-1", kind=K.LICENCE)
        with pytest.raises(errors.NotYourGoods):
            on_file(uow, shop, number="X", product=product)
        with pytest.raises(errors.NotYourGoods):
            on_file(uow, shop, number="X", operator=dairy)
        with pytest.raises(NotYourOperator):
            on_file(uow, dairy, number="X")

    def test_a_lot_one_never_had_is_not_ones_own(self, uow, dairy, shop):
        file(uow, dairy, production())
        self.acting(uow, shop)
        with pytest.raises(errors.NotYourGoods):
            on_file(uow, shop, lot=lot_of(uow))

    def test_a_place_is_its_operators(self, uow, dairy, shop):
        amended = amend_subject(
            uow,
            AmendSubject(
                uscc=a_uscc(2), reason="开店", changes={"premises": (PremisesNamed(name="总店"),)}
            ),
        )
        place = amended.premises[0].id
        self.acting(uow, shop)
        assert on_file(uow, shop, premises=place).about(TargetKind.PREMISES) == (place,)
        self.acting(uow, dairy)
        with pytest.raises(errors.NotYourGoods):
            on_file(uow, dairy, premises=place)

    @pytest.mark.parametrize("role", [Role.INSPECTOR, Role.REGISTRAR])
    def test_officials_attach_for_everybody(self, uow, dairy, shop, role):
        file(uow, dairy, production())
        self.acting(uow, None, role)
        made = on_file(uow, shop, lot=lot_of(uow))
        assert made.owner_id == shop
        withdraw_certificate(uow, WithdrawCertificate(certificate_id=made.id, reason="核查不符"))

    def test_the_public_and_agencies_may_not(self, uow, shop):
        self.acting(uow, shop, Role.AGENCY)
        with pytest.raises(NotPermitted):
            on_file(uow, shop)

    def test_who_has_had_a_lot_sees_its_report_and_not_the_vouchers(self, uow, dairy, shop):
        lot = delivered(uow, dairy, shop)
        report = on_file(uow, dairy, lot=lot)
        voucher = on_file(uow, dairy, lot=lot, kind=K.VOUCHER, number="V-1")
        stranger = an_operator(uow, 3)
        self.acting(uow, shop)
        assert queries.sees_whole(uow, report)
        assert not queries.sees_whole(uow, voucher)
        self.acting(uow, stranger)
        assert not queries.sees_whole(uow, report)
        with pytest.raises(errors.UnknownCertificate):
            queries.require_seen(uow, report)
        with pytest.raises(errors.UnknownCertificate):
            withdraw_certificate(uow, WithdrawCertificate(certificate_id=report.id, reason="x"))
        self.acting(uow, None, Role.INSPECTOR)
        assert queries.sees_whole(uow, voucher)


class TestOnFile:
    def test_what_was_said_comes_back(self, uow, shop):
        page = a_file("one", name="page.pdf")
        made = on_file(uow, shop, number="  R  1 ", note=" 抽检 ", files=(page, a_file("two")))
        found = queries.certificate_by_id(uow, made.id)
        assert found == made
        assert (found.number, found.note, found.files[0]) == ("R 1", "抽检", page)
        assert facts(uow, "certificate.attached")[0][1]["operator_ids"] == [shop]

    def test_a_thing_that_is_not_on_file_is_refused(self, uow, shop):
        for kind in ("lot", "product", "operator", "premises"):
            for number in (999_999, 0, -1, 2**40):
                with pytest.raises(errors.UnknownTarget):
                    on_file(uow, shop, **{kind: number})

    def test_the_same_paper_again_is_refused_and_may_be_attached_further(self, uow, dairy, shop):
        lot = delivered(uow, dairy, shop)
        made = on_file(uow, shop)
        with pytest.raises(errors.CertificateExists):
            on_file(uow, shop)
        more = AttachCertificate(
            certificate_id=made.id,
            targets=(Target(TargetKind.LOT, lot), Target(TargetKind.OPERATOR, shop)),
        )
        assert len(attach_certificate(uow, more).targets) == 2
        assert len(attach_certificate(uow, more).targets) == 2
        assert pending_proof(uow, shop) == ()
        with pytest.raises(errors.TargetMissing):
            attach_certificate(uow, AttachCertificate(certificate_id=made.id, targets=()))

    def test_a_picture_without_a_number_is_known_by_what_is_in_it(self, uow, shop):
        on_file(uow, shop, number="", files=(a_file(),))
        with pytest.raises(errors.CertificateExists):
            on_file(uow, shop, number="", files=(a_file(),))
        on_file(uow, shop, number="", files=(a_file("other"),))

    def test_what_was_withdrawn_may_be_put_on_file_anew_and_not_changed(self, uow, shop):
        made = on_file(uow, shop)
        withdraw_certificate(uow, WithdrawCertificate(certificate_id=made.id, reason="过时"))
        with pytest.raises(errors.NoLongerStands):
            withdraw_certificate(uow, WithdrawCertificate(certificate_id=made.id, reason="again"))
        with pytest.raises(errors.NoLongerStands):
            on_file(uow, shop, replaces=made.id, reason="x")
        assert on_file(uow, shop).id != made.id

    @pytest.mark.parametrize(
        ("reason", "refusal"), [(" ", errors.ReasonMissing), ("x" * 501, errors.TextTooLong)]
    )
    def test_who_withdraws_says_why(self, uow, shop, reason, refusal):
        made = on_file(uow, shop)
        with pytest.raises(refusal):
            withdraw_certificate(uow, WithdrawCertificate(certificate_id=made.id, reason=reason))

    def test_another_operators_paper_is_not_replaced(self, uow, dairy, shop):
        theirs = on_file(uow, dairy)
        with pytest.raises(errors.UnknownCertificate):
            on_file(uow, shop, replaces=theirs.id, reason="x")

    def test_nothing_of_it_can_be_changed_in_the_store(self, uow, shop):
        on_file(uow, shop)
        for table in ("certificate", "certificate_target", "certificate_withdrawal"):
            for verb in (f"DELETE FROM {table}", f"UPDATE {table} SET certificate_id = 1"):
                said = (
                    verb.replace("SET certificate_id", "SET number")
                    if (table == "certificate")
                    else verb
                )
                with (
                    pytest.raises(Exception, match="permission denied"),
                    uow.session.begin_nested(),
                ):
                    uow.session.execute(text(said))


class TestPages:
    def test_what_is_looked_for_is_found(self, uow, dairy, shop):
        lot = delivered(uow, dairy, shop)
        report = on_file(uow, dairy, lot=lot)
        old = on_file(
            uow, dairy, number="O-1", issued_on=date(2025, 1, 1), valid_to=date(2026, 8, 1)
        )
        soon = on_file(uow, shop, number="S-1", valid_to=date(2026, 8, 20))
        gone = on_file(uow, shop, number="G-1")
        withdraw_certificate(uow, WithdrawCertificate(certificate_id=gone.id, reason="x"))

        def found(**said):
            page = queries.certificates_page(uow, CertificateSearch(**said))
            return [one.id for one in page.items]

        assert found() == [gone.id, soon.id, old.id, report.id]
        assert found(owner_ids=frozenset({dairy})) == [old.id, report.id]
        assert found(text="S-1") == [soon.id]
        assert found(text="质量监督", owner_ids=frozenset({shop})) == [gone.id, soon.id]
        assert found(kind=K.VOUCHER) == []
        assert found(target=Target(TargetKind.LOT, lot)) == [report.id]
        assert found(state=CertificateState.WITHDRAWN) == [gone.id]
        assert found(state=CertificateState.EXPIRED) == [old.id]
        assert found(state=CertificateState.EXPIRING) == [soon.id]
        assert found(state=CertificateState.IN_FORCE) == [soon.id, report.id]
        assert found(state=CertificateState.REPLACED) == []
        assert found(state=CertificateState.NOT_YET) == []
        page = queries.certificates_page(uow, CertificateSearch(limit=2))
        assert page.next == soon.id
        assert found(before=soon.id) == [old.id, report.id]

    def test_an_operator_finds_its_own_only(self, uow, dairy, shop):
        on_file(uow, dairy)
        mine = on_file(uow, shop)
        uow.actor = Actor(role=Role.OPERATOR, operator_id=shop)
        page = queries.certificates_page(uow, CertificateSearch())
        assert [one.id for one in page.items] == [mine.id]
        asked = CertificateSearch(owner_ids=frozenset({dairy}))
        assert queries.certificates_page(uow, asked).items == ()

    def test_of_a_lot_it_has_had_an_operator_finds_others_reports_and_not_their_vouchers(
        self, uow, dairy, shop
    ):
        lot = delivered(uow, dairy, shop)
        report = on_file(uow, dairy, lot=lot)
        on_file(uow, dairy, lot=lot, kind=K.VOUCHER, number="V")
        on_file(uow, dairy, number="about itself")
        asked = CertificateSearch(target=Target(TargetKind.LOT, lot))
        for who, found in ((shop, [report.id]), (an_operator(uow, 3), [])):
            uow.actor = Actor(role=Role.OPERATOR, operator_id=who)
            page = queries.certificates_page(uow, asked)
            assert [one.id for one in page.items] == found
            uow.actor = SYSTEM

    def test_the_public_sees_the_latest_three_of_a_lot_or_of_the_latest_lots(
        self, uow, dairy, shop
    ):
        lot = delivered(uow, dairy, shop)
        file(uow, dairy, production(lot=a_lot("L240502"), at="2026-08-03"))
        newer = lot_of(uow, "L240502")
        product = product_by_gtin(uow, a_gtin(1)).id
        for number in range(4):
            on_file(uow, dairy, lot=lot, number=f"A-{number}")
        on_file(uow, dairy, lot=newer, number="B")
        on_file(uow, dairy, lot=lot, kind=K.VOUCHER, number="V")
        on_file(uow, dairy, product=product, number="P")
        on_file(uow, dairy, kind=K.LICENCE, number="SC1")

        def shown(**said):
            papers = queries.papers_shown(
                uow, **{"lots": (), "product_id": product, "producer_id": dairy, **said}
            )
            return [paper.number for paper in papers]

        assert shown(lots=(lot,)) == ["A-3", "A-2", "A-1", "P", "SC1"]
        assert shown() == ["B", "A-3", "A-2", "P", "SC1"]
        assert shown(lots=(newer,), producer_id=None) == ["B", "P"]

    def test_what_does_not_stand_is_not_shown(self, uow, dairy):
        made = on_file(uow, dairy)
        assert queries.certificate_shown(uow, made.id) == made
        withdraw_certificate(uow, WithdrawCertificate(certificate_id=made.id, reason="x"))
        voucher = on_file(uow, dairy, kind=K.VOUCHER)
        for hidden in (made.id, voucher.id, 10**9, 10**12, -1):
            with pytest.raises(errors.UnknownCertificate):
                queries.certificate_shown(uow, hidden)
