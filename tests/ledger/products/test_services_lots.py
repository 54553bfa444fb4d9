"""Lots: what the lines of a filing name is found, opened, or refused by name."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from support.lots import DAY, found, one, pack, people, wanted
from support.named import a_gtin, a_uscc, counted

from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM
from ledger.kernel.errors import Refusal
from ledger.kernel.moment import UNKNOWN, parse_moment
from ledger.products import errors, queries, services
from ledger.products.terms import (
    OpenProduct,
    PackNamed,
)
from ledger.subjects.services import merge_subject, resolve_parties
from ledger.subjects.terms import MergeSubject, Party

UNIT, CASE, PALLET = a_gtin(1), a_gtin(1, 1), a_gtin(1, 2)


MILK = OpenProduct(gtin=UNIT, name="纯牛奶", spec="250ml", category="乳制品", shelf_life="6个月")


def test_an_unknown_gtin_is_opened_unconfirmed_with_the_words_of_the_line(uow, shop):
    answer = one(
        uow,
        shop,
        gtin=UNIT,
        name="纯牛奶",
        spec="250ml",
        shelf_life="6个月",
        lot="L1",
        produced_on=parse_moment("2026-05-01"),
    )
    assert answer.opened
    assert (answer.product.name, answer.product.spec, answer.product.confirmed) == (
        "纯牛奶",
        "250ml",
        False,
    )
    assert str(answer.lot.expires_on) == "2026-11-01"
    assert not one(uow, shop, gtin=UNIT, lot="L1").opened


def test_a_gtin_in_any_spelling_is_one_product_and_a_lot_one_lot(uow, shop, dairy):
    lots = found(
        uow,
        wanted(shop, gtin=UNIT[1:], lot="l240501"),
        wanted(dairy, gtin=UNIT, lot=" Ｌ240501"),
        wanted(dairy, gtin=UNIT[1:7] + "-" + UNIT[7:], lot="L 240501"),
    )
    assert len({it.lot.id for it in lots}) == 1
    assert lots[0].lot.number == "l240501"


def test_a_shops_own_code_means_nothing_elsewhere(uow, shop, dairy):
    own, others = found(
        uow,
        wanted(shop, gtin="2000000000015", name="散装虾", lot="1"),
        wanted(dairy, gtin="2000000000015", name="散装肉", lot="1"),
    )
    assert own.product.id != others.product.id
    assert (own.product.scope_id, own.product.in_store) == (shop, "2000000000015")
    assert one(uow, shop, in_store="2000000000015", lot="1").lot == own.lot


def test_farm_produce_is_keyed_by_supplier_and_document_or_day(uow, shop, dairy):
    by_paper, same, by_day, other = found(
        uow,
        wanted(shop, supplier=dairy, document="CK-77", product="青菜"),
        wanted(dairy, kind="dispatch", document="ck-77", product="青 菜", at=UNKNOWN),
        wanted(shop, supplier=dairy, product="青菜"),
        wanted(shop, supplier=dairy, document="CK-78", product="青菜"),
    )
    assert by_paper.lot == same.lot
    assert len({by_paper.lot.id, by_day.lot.id, other.lot.id}) == 3
    assert by_paper.agricultural
    assert by_paper.lot.assumed_producer
    assert by_paper.product.producer_id == dairy


def test_a_stated_producer_is_not_assumed_and_an_assumed_one_stays_marked(uow, shop, dairy):
    maker = Party(uscc=a_uscc(1))
    stated = one(uow, shop, product="青菜", lot="1", producer=maker)
    assert (stated.lot.producer_id, stated.lot.assumed_producer) == (dairy, False)
    assumed = one(uow, shop, supplier=dairy, product="青菜", lot="1")
    assert (assumed.lot.id, assumed.lot.assumed_producer) == (stated.lot.id, True)
    assert one(uow, shop, product="青菜", lot="1", producer=maker).lot.assumed_producer


def test_who_files_a_production_is_the_producer(uow, dairy, shop):
    bought = one(uow, shop, gtin=UNIT, lot="L1")
    assert bought.lot.producer_id is None
    made = one(uow, dairy, kind="production", gtin=UNIT, lot="L1")
    assert (made.lot.id, made.lot.producer_id, made.product.producer_id) == (
        bought.lot.id,
        dairy,
        dairy,
    )


def test_dates_are_kept_when_first_known_and_another_date_is_only_remarked(uow, shop):
    services.open_product(uow, MILK)
    assert one(uow, shop, gtin=UNIT, lot="L1").lot.produced_on == UNKNOWN
    dated = one(uow, shop, gtin=UNIT, lot="L1", produced_on=parse_moment("2026-05-01"))
    assert (str(dated.lot.produced_on), str(dated.lot.expires_on)) == ("2026-05-01", "2026-11-01")
    other = one(uow, shop, gtin=UNIT, lot="L1", produced_on=parse_moment("2026-05-02"))
    assert other.produced_differs
    assert other.lot == dated.lot
    first, second = found(
        uow,
        wanted(shop, gtin=UNIT, lot="L2", produced_on=parse_moment("2026-06-01")),
        wanted(shop, gtin=UNIT, lot="L2", produced_on=parse_moment("2026-06-02")),
    )
    assert (first.produced_differs, second.produced_differs) == (False, True)


def test_a_lot_known_by_id_is_taken_as_it_is(uow, shop):
    lot = one(uow, shop, gtin=UNIT, lot="L1").lot
    again = one(uow, shop, lot_id=lot.id)
    assert (again.lot, again.contains) == (lot, 1)


def test_lines_that_name_no_lot_say_why_and_the_others_go_on(uow, shop):
    answers = found(
        uow,
        wanted(shop),
        wanted(shop, gtin="12", lot="1"),
        wanted(shop, lot_id=2**40),
        wanted(shop, lot_id=0),
        wanted(shop, gtin=UNIT),
        wanted(shop, gtin=UNIT, lot="x" * 51),
        wanted(shop, gtin=UNIT, lot="1", shelf_life="很久"),
        wanted(
            shop,
            gtin=UNIT,
            lot="1",
            produced_on=parse_moment("2026-05-02"),
            expires_on=parse_moment("2026-05-01"),
        ),
        wanted(shop, product="糕", lot="1", producer=Party(uscc=a_uscc(9))),
        wanted(shop, product="蛋糕", category="糕点"),
        wanted(shop, gtin="9787115428028", lot="1"),
        wanted(shop, product="糕", lot="1", producer=Party(consumers=True)),
        wanted(0, product="糕", lot="1"),
        wanted(shop, gtin=UNIT, lot="1"),
    )
    said = [(it.code, it.field) if isinstance(it, Refusal) else "found" for it in answers]
    assert said == [
        ("products.product_missing", "product"),
        ("identifiers.gtin_unreadable", "gtin"),
        ("products.unknown_lot", "lot_id"),
        ("products.unknown_lot", "lot_id"),
        ("products.lot_missing", "lot"),
        ("products.lot_unreadable", "lot"),
        ("products.shelf_life_unreadable", "shelf_life"),
        ("products.expires_before_produced", "expires_on"),
        ("subjects.unknown_uscc", "producer"),
        ("products.lot_missing", "lot"),
        ("products.not_food", "gtin"),
        "found",
        ("products.producer_missing", "producer"),
        "found",
    ]


def test_a_cases_lot_is_its_units_lot(uow, shop):
    services.open_product(uow, MILK)
    assert pack(uow, CASE, 24, UNIT) == ()
    assert pack(uow, PALLET, 40, CASE) == ()
    unit, case, pallet = found(
        uow, *(wanted(shop, gtin=it, lot="L1") for it in (UNIT, CASE, PALLET))
    )
    assert unit.lot == case.lot == pallet.lot
    assert [str(it.contains) for it in (unit, case, pallet)] == ["1", "24", "960"]
    assert unit.product == case.product
    assert unit.case_contains is None  # a case and a pallet: 箱 could be either
    assert queries.product_by_gtin(uow, CASE).name == "纯牛奶"


def test_lots_are_read_by_product_number_and_date(uow, shop):
    case = one(uow, shop, gtin=CASE, lot="L1")
    pack(uow, CASE, 24, UNIT)
    unit = queries.product_by_gtin(uow, UNIT)
    found(
        uow,
        *(wanted(shop, gtin=UNIT, lot=f"L{at}") for at in range(2, 5)),
        wanted(shop, gtin=UNIT, produced_on=DAY),
    )
    first = queries.lots_of_product(uow, unit.id, limit=3)
    last = queries.lots_of_product(uow, case.product.id, limit=3, before=first.next)
    ids = [it.id for it in (*first.items, *last.items)]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), last.next, case.lot.id in ids) == (6, None, True)
    assert queries.find_lot(uow, product_id=unit.id, number=" l3").key == "L:L3"
    assert queries.find_lot(uow, product_id=unit.id, number="2026-05-03").key == "D:2026-05-03"
    assert queries.find_lot(uow, product_id=case.product.id, number="L1").product_id == unit.id
    assert {it.product_id for it in queries.lots_numbered(uow, "l1")} == {unit.id, case.product.id}
    with pytest.raises(errors.UnknownLot):
        queries.find_lot(uow, product_id=unit.id, number="L9")
    with pytest.raises(errors.UnknownLot):
        queries.lot_by_id(uow, 987_654)
    with pytest.raises(errors.UnknownLot):
        queries.lot_by_id(uow, 2**40)
    with pytest.raises(errors.UnknownProduct):
        queries.lots_of_product(uow, 987_654)
    with pytest.raises(errors.UnknownProduct):
        queries.product_by_gtin(uow, a_gtin(99))
    with pytest.raises(errors.UnknownProduct):
        queries.product_by_id(uow, 987_654)


def test_a_thousand_new_lots_take_as_many_statements_as_ten(uow, database, shop, dairy):
    spent = []
    for start, size in ((1, 10), (100, 1_000)):
        lines = [
            wanted(
                shop,
                supplier=dairy,
                gtin=a_gtin(at),
                name=f"牛奶{at}",
                lot="L1",
                producer=Party(name=f"厂{at}"),
            )
            if at % 2
            else wanted(shop, supplier=dairy, product=f"青菜{at}", document="1")
            for at in range(start, start + size)
        ]
        with counted(database) as sent:
            answers = services.resolve_lots(uow, lines)
        assert len({it.lot.id for it in answers}) == size
        with counted(database) as again:
            assert [it.lot for it in services.resolve_lots(uow, lines)] == [
                it.lot for it in answers
            ]
        spent.append((len(sent), len(again)))
    assert spent[0] == spent[1]
    assert spent[0][0] <= 14
    assert spent[0][1] <= 6


def test_two_filings_that_name_the_same_new_lots_at_once_agree(fresh_database, now):
    with units.begin(fresh_database, actor=SYSTEM, now=now) as unit:
        shop, dairy = people(unit)
    lines = [wanted(shop, supplier=dairy, gtin=a_gtin(at), lot="L1") for at in range(60)]
    answers, start = {}, threading.Barrier(2)

    def file(number, order):
        start.wait()
        with units.begin(fresh_database, actor=SYSTEM, now=now) as unit:
            found = services.resolve_lots(unit, order)
            answers[number] = {it.product.gtin: it.lot.id for it in found}

    threads = [threading.Thread(target=file, args=it) for it in ((1, lines), (2, lines[::-1]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert answers[1] == answers[2]
    assert len(set(answers[1].values())) == 60


def test_no_lines_ask_nothing(uow, database):
    with counted(database) as sent:
        assert found(uow) == []
    assert sent == []


def test_lots_that_are_the_same_goods_are_never_lost_unseen(uow, shop):
    one(uow, shop, gtin=CASE, lot="L1")
    packs = (PackNamed(gtin=CASE, contains=Decimal(24), of=UNIT),)
    with pytest.raises(AssertionError):
        services.open_product(uow, OpenProduct(gtin=UNIT, name="纯牛奶", packs=packs))


def test_the_goods_of_a_merged_party_are_the_subjects(uow, shop, dairy):
    (farmer,) = resolve_parties(uow, [Party(name="农户张三")], open_unknown=True)
    kale, leek = found(
        uow,
        wanted(shop, supplier=farmer, product="青菜", document="CK-77"),
        wanted(shop, supplier=farmer, product="韭菜", lot="20260503"),
    )
    own = one(uow, dairy, product="韭菜", lot="20260503")
    merge_subject(uow, MergeSubject(unregistered_id=farmer, into_uscc=a_uscc(1), reason="同一家"))
    pairs = services.adopt_products(uow, party_id=farmer, subject_id=dairy)
    assert pairs == ((leek.lot.id, own.lot.id),)
    again = one(uow, dairy, product="青菜", document="CK-77")
    assert (again.lot.id, again.product.producer_id) == (kale.lot.id, dairy)
    assert again.case_contains is None
    named = Party(name="农户张三")
    assert one(uow, shop, product="韭菜", lot="20260503", producer=named).lot.id == own.lot.id
    assert services.adopt_products(uow, party_id=farmer, subject_id=dairy) == ()


def test_a_lot_is_found_by_its_key_and_not_among_all_lots_of_its_product(uow, shop):
    found(uow, *(wanted(shop, gtin=UNIT, lot=f"L{number}") for number in range(50)))
    connection = uow.session.connection()
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    asked = "EXPLAIN EXECUTE lots_known('{1,2}', 'L:L1')"
    plan = "\n".join(connection.exec_driver_sql(asked).scalars())
    assert "Index Scan using uq_lot_key" in plan, plan


def test_a_lot_that_is_not_there_is_not_taken_for_the_next_one(uow, shop):
    (later,) = found(uow, wanted(shop, gtin=UNIT, lot="L2"))
    first, second, last = found(
        uow, *(wanted(shop, gtin=UNIT, lot=number) for number in ("L1", "L2", "L3"))
    )
    assert second.lot == later.lot
    assert len({first.lot.id, second.lot.id, last.lot.id}) == 3
    assert [it.is_new for it in (first, second, last)] == [True, False, True]
