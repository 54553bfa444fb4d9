"""The answer to a trace as JSON text (contract 3.2), written at once.

A large answer names the same operators and lots thousands of times. As dictionaries that are then
dumped it took three times as long as finding it; here each name is turned into JSON once and the
lines are put together from pieces. ``json.TraceJson`` documents the shape, and a test holds what
is written here against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from json import dumps
from json.encoder import encode_basestring as _said
from operator import itemgetter

from app.food.trace.schemas.json import lot_document
from app.food.trace.terms import Answered
from ledger.kernel.ids import entry_reference
from ledger.kernel.moment import Moment, Precision, from_stored
from ledger.kernel.quantity import Unit
from scanner.trace.rules.totals import Adding, figures_of
from scanner.trace.terms import (
    FIGURES,
    EntryNamed,
    Event,
    Gap,
    Holder,
    LotShown,
    MovementLink,
    Node,
    OperatorShown,
    Portion,
    Total,
    Trace,
    TransformationLink,
    amount,
)

_DAY = 86_400
_SECOND = int(Precision.SECOND)
_CLOCK = [f"T{minute // 60:02}:{minute % 60:02}:" for minute in range(1440)]
_ENDS = [f"{second:02}+08:00" for second in range(60)]
_SUMS_TEXT = ",".join(f'"{name}":"%s"' for name in FIGURES)


def trace_text(answered: Answered, key: str) -> str:
    """An answer as the contract writes it, with our additions beside."""
    trace = answered.trace
    words = _Words(trace, key)
    links = [_movement(words, link) for link in trace.movements]
    links += [_transformation(words, link) for link in trace.transformations]
    links.sort(key=itemgetter(0))
    head = {
        "direction": trace.direction.value,
        "complete": trace.complete,
        "mixed": any(count > 1 for count in trace.sources.values()),
        "limits": [limit.value for limit in trace.limits],
        "took_ms": round(answered.took_ms, 2),
        "rows_read": trace.rows_read,
        "view": "own" if answered.is_own_view else "all",
        "next": answered.next,
        "totals_lots": len(trace.roots) if answered.totals is None else answered.totals.lots,
        "totals_complete": answered.totals is None or answered.totals.complete,
    }
    parts = (
        f'{{"root":{_root(answered, words)}',
        f'"roots":[{",".join(map(words.lot, trace.roots))}]',
        dumps(head)[1:-1],
        _list("holders", (_holder(words, holder) for holder in trace.holders)),
        _list("totals", _totals(words, answered)),
        _list("links", (text for _, text in links)),
        _list("events", (_event(words, event) for event in trace.events)),
        _list("gaps", (_gap(words, gap) for gap in trace.gaps)) + "}",
    )
    return ",".join(parts)


def _list(name: str, items: Iterable[str]) -> str:
    return f'"{name}":[{",".join(items)}]'


class _Words:
    """What repeats in an answer, each turned into JSON once."""

    def __init__(self, trace: Trace, key: str) -> None:
        self.trace = trace
        self._key = key
        self._lots: dict[int, str] = {}
        self._operators: dict[int, str] = {}
        self._nodes: dict[Node, str] = {}
        self._units: dict[int, str] = {}
        self._amounts: dict[tuple[int, int], str] = {}

    def lot(self, lot: int) -> str:
        """A lot by id."""
        if lot not in self._lots:
            shown = self.trace.lots.get(lot) or LotShown(id=lot)
            document = lot_document(shown, self._key)
            said = ",".join([f'"{name}":{_said(text)}' for name, text in document.items()])
            self._lots[lot] = f"{{{said}}}"
        return self._lots[lot]

    def operator(self, number: int, known: OperatorShown | None = None) -> str:
        """An operator by id; ``known`` is one that the trace itself does not name."""
        if number not in self._operators:
            shown = self.trace.operators.get(number) or known or OperatorShown(id=number)
            self._operators[number] = (
                f'{{"id":"{number}","uscc":{_said(shown.uscc)},"name":{_said(shown.name)},'
                f'"kind":{_said(shown.kind)},"division":{_said(shown.division)}}}'
            )
        return self._operators[number]

    def name(self, number: int) -> str:
        """The name of an operator."""
        shown = self.trace.operators.get(number)
        return _said(shown.name) if shown else '""'

    def node(self, node: Node) -> str:
        """One end of a movement."""
        found = self._nodes.get(node)
        if found is None:
            operator, lot = node
            found = self._nodes[node] = (
                f'{{"operator":"{operator}","name":{self.name(operator)},"lot":{self.lot(lot)}}}'
            )
        return found

    def unit(self, unit: Unit) -> str:
        """The code of a unit; one that is in no list is whatever somebody wrote."""
        found = self._units.get(unit.number)
        if found is None:
            found = self._units[unit.number] = _said(unit.code)
        return found

    def amount(self, thousandths: int, unit: Unit) -> str:
        """A quantity; a town counts in round numbers, so they recur."""
        key = thousandths, unit.number
        found = self._amounts.get(key)
        if found is None:
            found = self._amounts[key] = amount(thousandths, unit)
        return found

    def sums(self, unit: Unit, sums: Sequence[int]) -> str:
        """Figures in the order of FIGURES."""
        said = self.amount
        return _SUMS_TEXT % tuple([said(value, unit) if value else "0" for value in sums])


@lru_cache(maxsize=8_192)
def _day(number: int) -> str:
    return str(from_stored(number * _DAY, Precision.DAY))


def _when(ts: int, precision: int) -> str:
    """A stored moment as ISO 8601, cut where knowledge ends; null when unknown."""
    if precision == _SECOND and ts >= 0:  # before 2020 a summer time may have been in force
        day, second = divmod(ts, _DAY)
        return f'"{_day(day)}{_CLOCK[second // 60]}{_ENDS[second % 60]}"'
    text = str(from_stored(ts, precision))
    return f'"{text}"' if text else "null"


def at(moment: Moment | None) -> str:
    """A moment as JSON; null when unknown."""
    return "null" if moment is None else _when(moment.seconds, moment.precision)


def _seen(stored: tuple[int, int] | None) -> str:
    return "null" if stored is None else _when(*stored)


def _entries(entries: Iterable[EntryNamed]) -> str:
    references = ",".join([f'"{entry_reference(*each)}"' for each in entries])
    return f'"entries":[{references}]'


def _root(answered: Answered, words: _Words) -> str:
    """The lot asked about; of a whole product the product, and no lot."""
    trace = answered.trace
    if not trace.roots:
        return dumps({"gtin": "", "lot": "", "product": "", "producer": None})
    shown = trace.lots.get(trace.roots[0]) or LotShown(id=trace.roots[0])
    producer = words.operator(shown.producer_id) if shown.producer_id else "null"
    number = shown.number if answered.pointed.lots else ""
    return (
        f'{{"gtin":{_said(shown.gtin)},"lot":{_said(number)},"product":{_said(shown.product)},'
        f'"producer":{producer},"produced_on":{at(shown.produced_on)},'
        f'"expires_on":{at(shown.expires_on)}}}'
    )


def _holder(words: _Words, holder: Holder) -> str:
    node, unit = holder.node, holder.unit
    sources = words.trace.sources.get(node, 0)
    return (
        f'{{"operator":{words.operator(node[0])},"lot":{words.lot(node[1])},'
        f'{words.sums(unit, figures_of(holder))},"unit":{words.unit(unit)},'
        f'"first_at":{_seen(holder.first)},"last_at":{_seen(holder.last)},'
        f'"mixed":{"true" if sources > 1 else "false"},"sources":{sources}}}'
    )


def _totals(words: _Words, answered: Answered) -> Iterator[str]:
    """Each operator's sums over all lots asked about, by unit; the largest stock first."""
    totals = answered.totals.items if answered.totals is not None else _over(answered.trace)
    for total in totals:
        yield (
            f'{{"operator":{words.operator(total.operator, total.shown)},"lots":{total.lots},'
            f'{words.sums(total.unit, total.figures)},"unit":{words.unit(total.unit)}}}'
        )


def _over(trace: Trace) -> Iterable[Total]:
    """The totals over the lots of one trace; of a single lot they are what its holders have."""
    adding = Adding()
    adding.add(trace, len(trace.roots))
    return adding.totals()


def _movement(words: _Words, link: MovementLink) -> tuple[str, str]:
    """When it was, and the link."""
    sender, receiver, quantity, unit, status, sent, got, answered, got_unit, is_return = link
    arrived, received, entries = "null", "null", ""
    if got is not None:
        arrived = _when(got.ts, got.precision)
        entries = f'"{entry_reference(got.lot, got.id)}"'
    if answered is not None and got_unit is not None:
        received = f'"{words.amount(answered, got_unit)}"'
    when = arrived
    if sent is not None:
        when = _when(sent.ts, sent.precision)
        reference = f'"{entry_reference(sent.lot, sent.id)}"'
        entries = f"{reference},{entries}" if entries else reference
    text = (
        f'{{"kind":"movement","from":{words.node(sender)},"to":{words.node(receiver)},'
        f'"quantity":"{words.amount(quantity, unit)}","unit":{words.unit(unit)},"at":{when},'
        f'"status":"{status.value}","entries":[{entries}],'
        f'"received_at":{arrived},"received_quantity":{received},'
        f'"is_return":{"true" if is_return else "false"}}}'
    )
    return "" if when == "null" else when, text


def _portion(words: _Words, portion: Portion) -> str:
    known = portion.thousandths
    quantity = "null" if known is None else f'"{words.amount(known, portion.unit)}"'
    unit = words.unit(portion.unit)
    return f'{{"lot":{words.lot(portion.lot)},"quantity":{quantity},"unit":{unit}}}'


def _transformation(words: _Words, link: TransformationLink) -> tuple[str, str]:
    """When it was, and the link."""
    when = at(link.at)
    inputs = ",".join([_portion(words, each) for each in link.inputs])
    outputs = ",".join([_portion(words, each) for each in link.outputs])
    text = (
        f'{{"kind":"transformation","at":{when},"operator":"{link.operator}",'
        f'"name":{words.name(link.operator)},"inputs":[{inputs}],"outputs":[{outputs}],'
        f'{_entries(link.entries)},"out_of_order":{"true" if link.out_of_order else "false"}}}'
    )
    return "" if when == "null" else when, text


def _event(words: _Words, event: Event) -> str:
    operator, lot = event.node
    return (
        f'{{"kind":"{event.kind.value}","operator":"{operator}","lot":{words.lot(lot)},'
        f'"quantity":"{words.amount(event.thousandths, event.unit)}",'
        f'"unit":{words.unit(event.unit)},'
        f'"at":{_when(event.row.ts, event.row.precision)},{_entries([event.entry])}}}'
    )


def _gap(words: _Words, gap: Gap) -> str:
    operator, lot = gap.node
    partner = f'"{gap.partner}"' if gap.partner else "null"
    return (
        f'{{"operator":"{operator}","lot":{words.lot(lot)},"kind":"{gap.kind.value}",'
        f'"quantity":"{words.amount(gap.thousandths, gap.unit)}","unit":{words.unit(gap.unit)},'
        f'"partner":{partner},{_entries(gap.entries)}}}'
    )
