"""Resolving what lines name: operators, partners, units of measure, lots; each set-wise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import text

from ledger.entries import errors
from ledger.entries.rules import amounts, fields
from ledger.entries.rules.limits import (
    NEW_UNITS_MAX,
    UNIT_WORD_FIRST,
    UNIT_WORD_LAST,
    UNIT_WORDS_MAX,
)
from ledger.entries.services.batch import Batch, Goods, Item
from ledger.entries.terms import EntryKind, Portion
from ledger.kernel.actor import NotYourOperator
from ledger.kernel.errors import Refusal
from ledger.kernel.quantity import Quantity
from ledger.kernel.uow import UnitOfWork
from ledger.products.services import resolve_lots
from ledger.products.terms import LotWanted
from ledger.subjects.services import resolve_parties
from ledger.subjects.terms import Party

_WORDS = text("SELECT word, id FROM unit_word WHERE word = ANY(CAST(:words AS text[]))")
_WORDS_LOCK = text("SELECT pg_advisory_xact_lock(7310006, 0)")
_WORDS_KEPT = text("""
    SELECT max(id) AS newest, count(*) FILTER (WHERE operator_id = :op) AS own FROM unit_word
""")
_NEW_WORDS = text("""
    INSERT INTO unit_word (id, word, operator_id) OVERRIDING SYSTEM VALUE
    SELECT CAST(:newest AS integer) + place, word, CAST(:op AS integer)
    FROM unnest(CAST(:words AS text[])) WITH ORDINALITY AS given (word, place)
""")
_Wanted = tuple[Item, str, Portion, Quantity]


def read_lines(batch: Batch) -> None:
    """Refuse the lines that mean nothing, before anything is looked up."""
    for item in batch.items:
        refusal = fields.line_refusal(item.filed)
        if refusal:
            item.refuse(refusal)


def name_operators(batch: Batch) -> None:
    """Whose book each line belongs to; refuses those the actor may not act for."""
    own = Party(subject_id=batch.operator_id)
    named = {item.filed.operator or own for item in batch.alive}
    actor = batch.uow.actor
    if batch.operator_id == actor.operator_id or batch.operator_id in actor.delegated:
        named.discard(own)  # the account itself says that it exists
    ids = _parties(batch.uow, sorted(named, key=repr), open_unknown=False)
    for item in batch.alive:
        found = ids.get(item.filed.operator or own, batch.operator_id)
        if isinstance(found, Refusal):
            item.refuse(_again(found), "operator.")
        elif not actor.may_act_for(found):
            item.refuse(NotYourOperator(operator=found, field="operator"))
        else:
            item.operator = found


def name_partners(batch: Batch) -> None:
    """Receivers and senders; parties without a code are kept as unregistered.

    Producers the goods name are opened in the same statement, in one order with the partners: two
    filings that name each other's partners as producers would lock each other out otherwise.
    """
    partners = [item.line.partner for item in batch.alive]
    partners += [
        portion.lot.producer
        for item in batch.alive
        for portion in (*item.line.portions, *item.line.outputs)
    ]
    ids = _parties(batch.uow, partners, open_unknown=True)
    for item in batch.alive:
        if item.line.partner is None or item.line.kind not in fields.PARTNERED:
            continue
        found = ids[item.line.partner]
        if isinstance(found, Refusal):
            item.refuse(_again(found), "from." if item.line.kind is EntryKind.RECEIPT else "to.")
        else:
            item.partner = found


def _parties(
    uow: UnitOfWork, parties: Iterable[Party | None], *, open_unknown: bool
) -> dict[Party, int | Refusal]:
    distinct = list(dict.fromkeys(party for party in parties if party))
    if not distinct:
        return {}
    found = resolve_parties(uow, distinct, open_unknown=open_unknown)
    return dict(zip(distinct, found, strict=True))


def _again(refusal: Refusal) -> Refusal:
    # One refusal may answer several lines; each line gets its own, with its own path.
    return type(refusal)(field=refusal.field, **refusal.params)


def name_goods(batch: Batch) -> None:
    """Lots and quantities of every portion: one look-up for the whole filing."""
    wanted: list[_Wanted] = []
    for item in batch.alive:
        wanted += _portions(item)
    wanted = [entry for entry in wanted if entry[0].refusal is None]
    batch.numbers |= _unit_numbers(batch, wanted)
    wanted = [entry for entry in wanted if entry[0].refusal is None]
    found = resolve_lots(batch.uow, [_lot_wanted(item, portion) for item, _, portion, _ in wanted])
    for (item, path, portion, quantity), resolved in zip(wanted, found, strict=True):
        if isinstance(resolved, Refusal):
            item.refuse(_again(resolved), f"{path}lot.")
            continue
        try:
            counted = amounts.counted(quantity, resolved)
        except Refusal as refusal:
            item.refuse(refusal, f"{path}quantity.")
            continue
        unit = batch.numbers.get(counted.unit.code, 0) or counted.unit.number
        goods = Goods(path, portion, resolved, counted, unit, amounts.measure_of(unit))
        (item.made if path.startswith("outputs") else item.goods).append(goods)


def _portions(item: Item) -> Iterator[_Wanted]:
    line = item.line
    names = ("inputs", "outputs") if line.kind is EntryKind.TRANSFORMATION else ("portions",)
    for name in names:
        portions = line.outputs if name == "outputs" else line.portions
        for index, portion in enumerate(portions):
            if portion.lot.sscc:
                continue  # its contents are looked up with the logistic units
            path = fields.portion_path(line, name, index)
            try:
                quantity = _quantity(line.kind, portion)
            except Refusal as refusal:
                item.refuse(refusal, f"{path}quantity.")
                return
            yield item, path, portion, quantity


def _quantity(kind: EntryKind, portion: Portion) -> Quantity:
    if kind is EntryKind.DISAGGREGATION and not portion.quantity:
        return amounts.NOTHING
    return amounts.as_written(portion.quantity, portion.unit)


def _lot_wanted(item: Item, portion: Portion) -> LotWanted:
    line = item.line
    receipt = line.kind is EntryKind.RECEIPT and item.partner
    return LotWanted(
        named=portion.lot,
        filer_id=item.operator,
        assumed_producer_id=item.partner if receipt else item.operator,
        document=line.document,
        at=line.at,
        kind=_production_like(line.kind, portion, line.outputs),
    )


def _production_like(kind: EntryKind, portion: Portion, outputs: tuple[Portion, ...]) -> str:
    made = kind is EntryKind.TRANSFORMATION and any(portion is output for output in outputs)
    return EntryKind.PRODUCTION.value if made else kind.value


def _unit_numbers(batch: Batch, wanted: Iterable[_Wanted]) -> dict[str, int]:
    """Stored numbers of the units that are in no list; new words are added.

    A line is refused whose unit would be one too many. Numbers are counted under a lock instead of
    drawn from a sequence, because a filing that is refused would use them up for ever.
    """
    named: dict[str, list[tuple[Item, str]]] = {}
    for item, path, _, quantity in wanted:
        if quantity.unit.number == 0:
            named.setdefault(quantity.unit.code, []).append((item, path))
    if not named:
        return {}
    session = batch.uow.session
    known = _known(session.execute(_WORDS, {"words": list(named)}))
    if len(known) == len(named):
        return known
    session.execute(_WORDS_LOCK)
    known = _known(session.execute(_WORDS, {"words": list(named)}))
    new = [word for word in named if word not in known]
    kept = session.execute(_WORDS_KEPT, {"op": batch.operator_id}).one()
    newest = kept.newest or UNIT_WORD_FIRST - 1
    room = max(min(UNIT_WORD_LAST - newest, UNIT_WORDS_MAX - kept.own), 0)
    for place, word in enumerate(new):
        for item, path in named[word]:
            if place >= room:
                item.refuse(errors.UnitWordsFull(unit=word, field="unit"), path)
            elif place >= NEW_UNITS_MAX:
                item.refuse(
                    errors.TooManyNewUnits(limit=NEW_UNITS_MAX, units=word, field="unit"), path
                )
    if opened := new[: min(room, NEW_UNITS_MAX)]:
        session.execute(_NEW_WORDS, {"words": opened, "newest": newest, "op": batch.operator_id})
        known |= {word: newest + place for place, word in enumerate(opened, 1)}
    return known


def _known(rows: Iterable[Any]) -> dict[str, int]:
    return {row.word: row.id for row in rows}
