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
from ledger.entries.services.batch import Batch, Form, Goods, Item
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
    alive = batch.alive
    named = {item.filed.operator for item in alive if item.filed.operator}
    actor = batch.uow.actor
    if batch.operator_id != actor.operator_id and batch.operator_id not in actor.delegated:
        named.add(own)  # else the account itself says that it exists
    ids = _parties(batch.uow, sorted(named, key=repr), open_unknown=False)
    whose = ids.get(own, batch.operator_id)
    for item in alive:
        found = ids[item.filed.operator] if item.filed.operator else whose
        if isinstance(found, Refusal):
            item.refuse(again(found), "operator.")
        elif not actor.may_act_for(found):
            item.refuse(NotYourOperator(operator=found, field="operator"))
        else:
            item.operator = found


def name_partners(batch: Batch) -> None:
    """Receivers and senders; parties without a code are kept as unregistered.

    Producers the goods name are opened in the same statement, in one order with the partners: two
    filings that name each other's partners as producers would lock each other out otherwise.
    """
    alive = batch.alive
    partners = [item.line.partner for item in alive]
    partners += [
        portion.lot.producer
        for item in alive
        for portion in (*item.line.portions, *item.line.outputs)
        if portion.lot.producer
    ]
    # The same object is the same party: comparing what parties say takes longer than finding them.
    objects = {id(party): party for party in partners if party}
    ids = _parties(batch.uow, objects.values(), open_unknown=True)
    by_object = {number: ids[party] for number, party in objects.items()}
    for item in alive:
        if item.line.partner is None or item.line.kind not in fields.PARTNERED:
            continue
        found = by_object[id(item.line.partner)]
        if isinstance(found, Refusal):
            item.refuse(again(found), "from." if item.line.kind is EntryKind.RECEIPT else "to.")
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


def again(refusal: Refusal) -> Refusal:
    """The same refusal for another line: each line gets its own, with its own path."""
    return type(refusal)(field=refusal.field, **refusal.params)


def name_goods(batch: Batch) -> None:
    """Lots and quantities of every portion: one look-up for the whole filing."""
    wanted: list[_Wanted] = []
    for item in batch.alive:
        wanted += _portions(item)
    wanted = [entry for entry in wanted if entry[0].refusal is None]
    batch.numbers |= _unit_numbers(batch, wanted)
    wanted = [entry for entry in wanted if entry[0].refusal is None]
    asked, places = _asked(wanted)
    resolved = resolve_lots(batch.uow, asked)
    forms = [
        found if isinstance(found, Refusal) else Form(it.named, found)
        for it, found in zip(asked, resolved, strict=True)
    ]
    numbers = batch.numbers
    for (item, path, portion, quantity), place in zip(wanted, places, strict=True):
        form = forms[place]
        if isinstance(form, Refusal):
            item.refuse(again(form), f"{path}lot.")
            continue
        try:
            goods = Goods(path, portion, form, form.count(quantity, numbers))
        except Refusal as refusal:
            item.refuse(refusal, f"{path}quantity.")
            continue
        (item.made if path.startswith("outputs") else item.goods).append(goods)


def _asked(wanted: Iterable[_Wanted]) -> tuple[list[LotWanted], list[int]]:
    """The lots that are named, each way of naming one only once; and for each line which it is."""
    asked: list[LotWanted] = []
    seen: dict[tuple[object, ...], int] = {}
    places = []
    for item, _, portion, _ in wanted:
        line, named = item.line, portion.lot
        kind = _production_like(line.kind, portion, line.outputs)
        supplier = item.partner if line.kind is EntryKind.RECEIPT else None
        key: tuple[object, ...] = (named, item.operator, kind == EntryKind.PRODUCTION)
        if not (named.produced_on.precision or (named.lot.strip() and named.lot.isprintable())):
            key += (supplier, line.document, line.at)  # nothing else tells such lots apart
        elif not named.gtin.strip():
            key += (supplier,)
        place = seen.setdefault(key, len(asked))
        if place == len(asked):
            asked.append(
                LotWanted(
                    named=named,
                    filer_id=item.operator,
                    assumed_producer_id=supplier or item.operator,
                    document=line.document,
                    at=line.at,
                    kind=kind,
                )
            )
        places.append(place)
    return asked, places


def _portions(item: Item) -> Iterable[_Wanted]:
    line = item.line
    if len(line.portions) == 1 and line.kind in fields.PLAIN and not line.portions[0].lot.sscc:
        portion = line.portions[0]
        try:
            return ((item, "", portion, amounts.as_written(portion.quantity, portion.unit)),)
        except Refusal as refusal:
            item.refuse(refusal, "quantity.")
            return ()
    return _many_portions(item)


def _many_portions(item: Item) -> Iterator[_Wanted]:
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


def _production_like(kind: EntryKind, portion: Portion, outputs: tuple[Portion, ...]) -> EntryKind:
    made = kind is EntryKind.TRANSFORMATION and any(portion is output for output in outputs)
    return EntryKind.PRODUCTION if made else kind


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
