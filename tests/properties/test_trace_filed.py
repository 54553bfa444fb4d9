"""The same random towns, filed as people file them: through the ledger's own door."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection
from support.named import a_gtin, a_uscc
from support.slow_town import Filed, Town
from support.slow_trace import SlowTrace
from support.trace_checks import QUESTIONS, hold_against, slow
from support.trace_towns import HOLDS, LOTS, OPERATORS, SAME_LOT, SAME_OPERATOR, towns

from ledger.entries.services import file_entries, link_same_goods
from ledger.entries.terms import EntryKind, FileEntries, Line, Mode, Portion
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM
from ledger.kernel.clock import SHANGHAI
from ledger.kernel.ids import parse_entry_reference
from ledger.kernel.moment import UNKNOWN, parse_moment
from ledger.kernel.uow import UnitOfWork
from ledger.products.errors import UnknownLot, UnknownProduct
from ledger.products.queries import lots_of_product, product_by_gtin
from ledger.products.services import open_product_with_packs
from ledger.products.terms import LotNamed, OpenProduct, PackNamed
from ledger.subjects.services import merge_subject, register_subject, resolve_parties
from ledger.subjects.terms import MergeSubject, Party, RegisterSubject, SubjectKind
from scanner.trace.queries import trace
from scanner.trace.terms import Direction, TraceAsked

NOW = datetime(2026, 8, 15, 10, 30, tzinfo=SHANGHAI)
GTINS = {name: a_gtin(900 + number) for number, name in enumerate(LOTS)}
GTINS |= {"l0c": a_gtin(900, indicator=1), "l1c": a_gtin(901, indicator=1)}
KINDS = {
    "production": EntryKind.PRODUCTION,
    "dispatch": EntryKind.DISPATCH,
    "sale": EntryKind.DISPATCH,
    "receipt": EntryKind.RECEIPT,
    "disposal": EntryKind.DISPOSAL,
    "use": EntryKind.TRANSFORMATION,
}


def portion(lot: str, quantity: int) -> Portion:
    named = LotNamed(gtin=GTINS[lot], lot="L1", name=SAME_LOT.get(lot, (lot,))[0])
    return Portion(lot=named, quantity=str(quantity), unit="箱" if lot in SAME_LOT else "EA")


def line_of(one: Filed, ids: dict[str, int]) -> Line:
    portions = one.inputs or ((one.lot, one.quantity),)
    partner = Party(subject_id=ids[one.partner]) if one.partner else Party(consumers=True)
    return Line(
        kind=KINDS[one.kind],
        operator=Party(subject_id=ids[one.operator]),
        portions=tuple(portion(*each) for each in portions),
        outputs=tuple(portion(*each) for each in one.outputs),
        partner=partner if one.kind in {"dispatch", "sale", "receipt"} else None,
        at=parse_moment(one.when) if one.when else UNKNOWN,
        document=one.document,
    )


def file(uow: UnitOfWork, operator: int, key: str, line: Line) -> str:
    """One line as one filing; its reference, empty where it was refused."""
    filed = file_entries(
        uow,
        FileEntries(
            operator_id=operator,
            filing_key=key,
            content_hash=sha256(key.encode()).digest(),
            lines=(replace(line, operator=None),),
            mode=Mode.GOOD,
        ),
    )
    return filed.entries[0] if filed.entries else ""


def people(uow: UnitOfWork) -> dict[str, int]:
    ids = {}
    for number, name in enumerate(OPERATORS, start=8800):
        subject, _ = register_subject(
            uow, RegisterSubject(uscc=a_uscc(number), name=name, kinds=(SubjectKind.DISTRIBUTION,))
        )
        ids[name] = subject.id
    for name in SAME_OPERATOR:
        (found,) = resolve_parties(uow, [Party(name=name, contact=name)], open_unknown=True)
        assert isinstance(found, int)
        ids[name] = found
    return ids


def declare_packs(uow: UnitOfWork) -> None:
    for case, (base, holds) in SAME_LOT.items():
        *_, same = open_product_with_packs(
            uow,
            OpenProduct(
                gtin=GTINS[base],
                name=base,
                packs=(PackNamed(gtin=GTINS[case], contains=Decimal(holds), of=GTINS[base]),),
            ),
        )
        link_same_goods(uow, same)


def merge_people(uow: UnitOfWork, ids: dict[str, int]) -> None:
    for name, to in SAME_OPERATOR.items():
        number = 8800 + OPERATORS.index(to)
        merge_subject(
            uow, MergeSubject(unregistered_id=ids[name], into_uscc=a_uscc(number), reason="same")
        )


def lot_ids(uow: UnitOfWork) -> dict[str, int]:
    """The lots by name, as far as anything of them was filed."""
    found = {}
    for place, (name, gtin) in enumerate(GTINS.items()):
        found[name] = -1 - place
        try:
            product = product_by_gtin(uow, gtin)
        except (UnknownProduct, UnknownLot):
            continue
        for lot in lots_of_product(uow, product.id).items:
            if lot.product_id == product.id:
                found[name] = lot.id
    return found


def file_all(
    uow: UnitOfWork, town: Town, ids: dict[str, int], seed: int
) -> tuple[dict[int, str], set[int]]:
    """File a town in some order, then withdraw; references of what was taken, and what is gone."""
    order = list(town.filed)
    random.Random(seed).shuffle(order)
    references: dict[int, str] = {}
    for one in order:
        if reference := file(uow, ids[one.operator], f"{one.number}", line_of(one, ids)):
            references[one.number] = reference
    withdrawn = set()
    by_number = {one.number: one for one in town.filed}
    for number in town.withdrawn & references.keys():
        correction = Line(kind=EntryKind.CORRECTION, corrects=references[number], reason="x")
        if file(uow, ids[by_number[number].operator], f"c{number}", correction):
            withdrawn.add(number)
    return references, withdrawn


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(towns(), st.integers(0, 2**16), st.booleans(), st.booleans())
def test_what_is_filed_is_traced_as_the_contract_says(
    database: Connection, town: Town, seed: int, packs_first: bool, merged_first: bool
) -> None:
    assert HOLDS == 12
    savepoint = database.begin_nested()
    with units.begin(database, actor=SYSTEM, now=NOW) as uow:
        ids = people(uow)
        if packs_first:
            declare_packs(uow)
        if merged_first:
            merge_people(uow, ids)
        references, withdrawn = file_all(uow, town, ids, seed)
        numbers = {number: parse_entry_reference(it)[1] for number, it in references.items()}
        if not merged_first:
            merge_people(uow, ids)
        if not packs_first:
            declare_packs(uow)
        kept = tuple(one for one in town.filed if one.number in numbers)
        # These goods have codes: nobody's lot is ever held as another's.
        model = SlowTrace(replace(town, filed=kept, withdrawn=frozenset(withdrawn), own_lot={}))
        lots = lot_ids(uow)
        for lot, direction, operator in random.Random(seed).sample(QUESTIONS, 4):
            if lots[lot] < 0:
                continue
            answer = trace(
                uow,
                TraceAsked(
                    lots=(lots[lot],),
                    direction=Direction(direction),
                    operator_id=ids[operator] if operator else None,
                ),
            )
            found = slow(model, lot, direction, operator)
            hold_against(answer, model, found, ids | lots, numbers)
    savepoint.rollback()
