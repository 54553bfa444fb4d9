"""Products and lots: opened, packed, found as filings name them, stopped and released."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from sqlalchemy import select
from support.named import a_gtin, a_registration, a_uscc, counted

from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM, Actor, Role
from ledger.kernel.errors import Refusal
from ledger.kernel.model import AuditLine, OutboxFact
from ledger.kernel.moment import UNKNOWN, parse_moment
from ledger.products import errors, queries, services
from ledger.products.terms import (
    HoldLot,
    LotNamed,
    LotWanted,
    OpenProduct,
    PackNamed,
    ProductSearch,
    ReleaseLot,
    SettleClaim,
)
from ledger.subjects.services import merge_subject, register_subjects, resolve_parties
from ledger.subjects.terms import MergeSubject, Party

UNIT, CASE, PALLET = a_gtin(1), a_gtin(1, 1), a_gtin(1, 2)
MILK = OpenProduct(gtin=UNIT, name="纯牛奶", spec="250ml", category="乳制品", shelf_life="6个月")
DAY = parse_moment("2026-05-03")


@pytest.fixture
def dairy(uow):
    return people(uow)[0]


@pytest.fixture
def shop(uow):
    return people(uow)[1]


def people(uow):
    outcomes = register_subjects(uow, [a_registration(1), a_registration(2)])
    return [subject.id for subject, _ in outcomes]


def wanted(filer, kind="receipt", supplier=None, document="", at=DAY, **named):
    return LotWanted(
        named=LotNamed(**named),
        filer_id=filer,
        kind=kind,
        at=at,
        assumed_producer_id=supplier or filer,
        document=document,
    )


def found(uow, *lines):
    return services.resolve_lots(uow, lines)


def one(uow, filer, **said):
    (answer,) = found(uow, wanted(filer, **said))
    if isinstance(answer, Refusal):
        raise answer
    return answer


def test_a_product_is_opened_and_the_same_again_changes_nothing(uow):
    product, created = services.open_product(uow, MILK)
    assert created
    assert (product.gtin, product.confirmed, product.shelf_life) == (UNIT, True, "6 month")
    assert services.open_product(uow, MILK) == (product, False)
    assert queries.product_by_gtin(uow, UNIT[1:]) == product
    uow.session.flush()
    assert [it.fact for it in uow.session.scalars(select(OutboxFact))] == ["product.opened"]


def test_a_product_without_a_gtin_is_known_by_name_and_producer(uow, dairy):
    by_name = OpenProduct(product="豆腐 干", producer=Party(uscc=a_uscc(1)))
    product, created = services.open_product(uow, by_name)
    assert (created, product.producer_id, product.name) == (True, dairy, "豆腐 干")
    again = OpenProduct(product="豆腐干", producer=Party(subject_id=dairy))
    assert services.open_product(uow, again)[1] is False


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (OpenProduct(), "products.product_missing"),
        (OpenProduct(product="豆腐"), "products.producer_missing"),
        (OpenProduct(product="豆腐", producer=Party(uscc=a_uscc(9))), "subjects.unknown_uscc"),
        (OpenProduct(gtin=UNIT), "products.name_missing"),
        (OpenProduct(gtin="6901234567890", name="x"), "identifiers.gtin_check_digit"),
        (OpenProduct(gtin="9787115428028", name="x"), "products.not_food"),
        (OpenProduct(gtin=UNIT, name="x", shelf_life="很久"), "products.shelf_life_unreadable"),
        (OpenProduct(gtin="2000000000015", name="x"), "products.producer_missing"),
        (
            OpenProduct(
                gtin=UNIT, name="x", packs=(PackNamed(gtin=CASE, contains=Decimal(0), of=UNIT),)
            ),
            "products.pack_content_unfit",
        ),
        (
            OpenProduct(
                gtin=UNIT,
                name="x",
                packs=(PackNamed(gtin="2000000000015", contains=Decimal(2), of=UNIT),),
            ),
            "products.pack_in_store",
        ),
    ],
)
def test_what_cannot_be_opened(uow, command, code):
    with pytest.raises(Refusal) as caught:
        services.open_product(uow, command)
    assert caught.value.code == code


def test_another_operators_name_is_queued_and_a_registrars_settles_it(uow, shop):
    services.open_product(uow, MILK)
    answer = one(uow, shop, gtin=UNIT, name="鲜奶", lot="L1")
    assert (answer.name_differs, answer.product.name) == (True, "纯牛奶")
    one(uow, shop, gtin=UNIT, name="鲜奶", lot="L1")
    (claim,) = queries.open_claims(uow)
    assert (claim.name, claim.operator_id, claim.product.name) == ("鲜奶", shop, "纯牛奶")
    product, created = services.open_product(uow, OpenProduct(gtin=UNIT, name="鲜奶"))
    assert (product.name, product.spec, created) == ("鲜奶", "250ml", False)
    assert queries.open_claims(uow) == ()
    assert queries.products_page(uow, ProductSearch(text="纯牛")).items == (product,)


def test_an_operators_other_name_by_hand_is_queued_too(units_of, dairy, uow):
    services.open_product(uow, MILK)
    operator = Actor(role=Role.OPERATOR, operator_id=dairy)
    uow.actor = operator
    product, _ = services.open_product(uow, OpenProduct(gtin=UNIT, name="鲜奶"))
    assert product.name == "纯牛奶"
    assert [it.operator_id for it in queries.open_claims(uow)] == [dairy]


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


def test_a_product_nobody_named_takes_the_first_name_and_is_confirmed_by_hand(uow, shop):
    assert one(uow, shop, gtin=UNIT, lot="L1").product.name == UNIT
    named = one(uow, shop, gtin=UNIT, name="纯牛奶", lot="L1")
    assert (named.product.name, named.product.confirmed, named.name_differs) == (
        "纯牛奶",
        False,
        False,
    )
    product, created = services.open_product(uow, MILK)
    assert (created, product.confirmed, product.category) == (False, True, "乳制品")


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


def pack(uow, gtin, contains, of):
    return services.add_packs(uow, [PackNamed(gtin=gtin, contains=Decimal(contains), of=of)])


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


def test_the_only_size_of_case_is_known(uow, shop):
    services.open_product(uow, MILK)
    pack(uow, CASE, 20, UNIT)
    assert str(one(uow, shop, gtin=UNIT, lot="L1").case_contains) == "20"


def test_packs_declared_after_filing_name_the_lots_that_are_the_same_goods(uow, shop):
    cases = found(uow, *(wanted(shop, gtin=CASE, lot=f"L{at}") for at in range(3)))
    unit = one(uow, shop, gtin=UNIT, lot="L1")
    pallet = one(uow, shop, gtin=PALLET, lot="L1")
    inner = dict(pack(uow, PALLET, 40, CASE))
    assert inner == {pallet.lot.id: cases[1].lot.id}
    pairs = dict(pack(uow, CASE, 24, UNIT))
    assert set(pairs) == {it.lot.id for it in cases} | {pallet.lot.id}
    assert pairs[cases[1].lot.id] == pairs[pallet.lot.id] == unit.lot.id
    assert one(uow, shop, gtin=CASE, lot="L0").lot.id == pairs[cases[0].lot.id]
    assert queries.product_by_gtin(uow, PALLET).contains == 960
    assert pack(uow, CASE, 24, UNIT) == ()
    by_id = one(uow, shop, lot_id=cases[0].lot.id)
    assert (by_id.contains, by_id.product.contains) == (1, 24)


def test_opening_a_product_with_packs_tells_which_lots_are_the_same(uow, shop):
    case = one(uow, shop, gtin=CASE, lot="L1")
    command = OpenProduct(
        gtin=UNIT, name="纯牛奶", packs=(PackNamed(gtin=CASE, contains=Decimal(24), of=UNIT),)
    )
    product, created, pairs = services.open_product_with_packs(uow, command)
    assert (created, product.name) == (True, "纯牛奶")
    assert [first for first, _ in pairs] == [case.lot.id]
    assert services.open_product_with_packs(uow, command) == (product, False, ())


def test_contradictory_and_circular_packs_are_refused(uow):
    pack(uow, CASE, 24, UNIT)
    with pytest.raises(errors.PackContradicts) as caught:
        pack(uow, CASE, 12, UNIT)
    assert caught.value.params["contains"] == "24"
    with pytest.raises(errors.PackCycle):
        pack(uow, UNIT, 2, CASE)


def test_a_lot_is_stopped_and_released(uow, shop):
    lot = one(uow, shop, gtin=UNIT, lot="L1").lot
    services.hold_lot(uow, HoldLot(lot_id=lot.id, reason="抽检不合格", basis="报告 1"))
    assert queries.held_lots(uow, [lot.id])[lot.id].reason == "抽检不合格"
    with pytest.raises(errors.AlreadyHeld):
        services.hold_lot(uow, HoldLot(lot_id=lot.id, reason="再次"))
    services.release_lot(uow, ReleaseLot(lot_id=lot.id, reason="复检合格"))
    assert queries.held_lots(uow, [lot.id]) == {}
    with pytest.raises(errors.NotHeld):
        services.release_lot(uow, ReleaseLot(lot_id=lot.id, reason="复检合格"))
    uow.session.flush()
    actions = [it.action for it in uow.session.scalars(select(AuditLine).order_by(AuditLine.id))]
    assert actions[-2:] == ["lot.hold", "lot.release"]
    facts = [it.fact for it in uow.session.scalars(select(OutboxFact).order_by(OutboxFact.id))]
    assert facts[-2:] == ["lot.held", "lot.released"]


def test_a_stop_needs_a_reason_and_a_lot(uow):
    with pytest.raises(errors.ReasonMissing):
        services.hold_lot(uow, HoldLot(lot_id=1, reason=" "))
    with pytest.raises(errors.UnknownLot):
        services.hold_lot(uow, HoldLot(lot_id=987_654, reason="x"))
    with pytest.raises(errors.UnknownLot):
        services.release_lot(uow, ReleaseLot(lot_id=987_654, reason="x"))


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


def test_products_are_found_by_part_of_a_name_and_by_gtin(uow, dairy):
    for at in range(1, 4):
        services.open_product(
            uow,
            OpenProduct(
                gtin=a_gtin(at), name=f"鼓浪 纯牛奶{at}号", producer=Party(subject_id=dairy)
            ),
        )
    first = queries.products_page(uow, ProductSearch(text="浪纯牛", limit=2))
    last = queries.products_page(uow, ProductSearch(text="浪纯牛", limit=2, after=first.next))
    assert [it.gtin for it in (*first.items, *last.items)] == [a_gtin(at) for at in range(1, 4)]
    assert last.next is None
    by_number = queries.products_page(uow, ProductSearch(text=a_gtin(2)[1:]))
    assert [it.gtin for it in by_number.items] == [a_gtin(2)]
    narrowed = ProductSearch(producer_id=dairy, confirmed=False)
    assert queries.products_page(uow, narrowed).items == ()


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


def test_a_name_is_settled_once(uow, shop):
    services.open_product(uow, MILK)
    one(uow, shop, gtin=UNIT, spec="500ml", lot="L1")
    (claim,) = queries.open_claims(uow)
    product = services.settle_claim(uow, SettleClaim(claim_id=claim.id, accept=True))
    assert (product.name, product.spec) == ("纯牛奶", "500ml")
    with pytest.raises(errors.UnknownClaim):
        services.settle_claim(uow, SettleClaim(claim_id=claim.id, accept=True))


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
