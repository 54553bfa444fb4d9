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
    Row,
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
    links.sort(key=_by_time)
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


def _by_time(link: tuple[str, str]) -> str:
    return link[0]


class _Words:
    """What repeats in an answer, each turned into JSON once."""

    def __init__(self, trace: Trace, key: str) -> None:
        self.trace = trace
        self._key = key
        self._lots: dict[int, str] = {}
        self._operators: dict[int, str] = {}
        self._nodes: dict[Node, str] = {}
        self._units: dict[int, str] = {}

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


@lru_cache(maxsize=8_192)
def _day(number: int) -> str:
    return str(from_stored(number * _DAY, Precision.DAY))


def _stored(ts: int, precision: int) -> str:
    """A stored moment as ISO 8601, cut where knowledge ends; empty when unknown."""
    if precision == _SECOND and ts >= 0:  # before 2020 a summer time may have been in force
        day, second = divmod(ts, _DAY)
        return f"{_day(day)}{_CLOCK[second // 60]}{_ENDS[second % 60]}"
    return str(from_stored(ts, precision))


def at(moment: Moment | None) -> str:
    """A moment as JSON; null when unknown."""
    return _when((moment.seconds, moment.precision) if moment is not None else None)


def _when(stored: tuple[int, int] | None) -> str:
    text = _stored(*stored) if stored is not None else ""
    return f'"{text}"' if text else "null"


def _row_at(row: Row | None) -> str:
    return "null" if row is None else _when((row.ts, row.precision))


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


def _sums(unit: Unit, sums: Sequence[int]) -> str:
    return _SUMS_TEXT % tuple([amount(value, unit) if value else "0" for value in sums])


def _holder(words: _Words, holder: Holder) -> str:
    node, unit = holder.node, holder.unit
    sources = words.trace.sources.get(node, 0)
    return (
        f'{{"operator":{words.operator(node[0])},"lot":{words.lot(node[1])},'
        f'{_sums(unit, figures_of(holder))},"unit":{words.unit(unit)},'
        f'"first_at":{_when(holder.first)},"last_at":{_when(holder.last)},'
        f'"mixed":{"true" if sources > 1 else "false"},"sources":{sources}}}'
    )


def _totals(words: _Words, answered: Answered) -> Iterator[str]:
    """Each operator's sums over all lots asked about, by unit; the largest stock first."""
    totals = answered.totals.items if answered.totals is not None else _over(answered.trace)
    for total in totals:
        yield (
            f'{{"operator":{words.operator(total.operator, total.shown)},"lots":{total.lots},'
            f'{_sums(total.unit, total.figures)},"unit":{words.unit(total.unit)}}}'
        )


def _over(trace: Trace) -> list[Total]:
    """The totals over the lots of one trace."""
    adding = Adding()
    adding.add(trace, len(trace.roots))
    return adding.totals()


def _movement(words: _Words, link: MovementLink) -> tuple[str, str]:
    """When it was, and the link."""
    sent, got, unit = link.sent, link.received, link.unit
    when = _row_at(sent if sent is not None else got)
    received = "null"
    if link.received_thousandths is not None and link.received_unit is not None:
        received = f'"{amount(link.received_thousandths, link.received_unit)}"'
    text = (
        f'{{"kind":"movement","from":{words.node(link.sender)},"to":{words.node(link.receiver)},'
        f'"quantity":"{amount(link.thousandths, unit)}","unit":{words.unit(unit)},"at":{when},'
        f'"status":"{link.status}",{_entries(link.entries)},'
        f'"received_at":{_row_at(got)},"received_quantity":{received},'
        f'"is_return":{"true" if link.is_return else "false"}}}'
    )
    return "" if when == "null" else when, text


def _portion(words: _Words, portion: Portion) -> str:
    known = portion.thousandths
    quantity = "null" if known is None else f'"{amount(known, portion.unit)}"'
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
        f'{{"kind":"{event.kind}","operator":"{operator}","lot":{words.lot(lot)},'
        f'"quantity":"{amount(event.thousandths, event.unit)}","unit":{words.unit(event.unit)},'
        f'"at":{_row_at(event.row)},{_entries([event.entry])}}}'
    )


def _gap(words: _Words, gap: Gap) -> str:
    operator, lot = gap.node
    partner = f'"{gap.partner}"' if gap.partner else "null"
    return (
        f'{{"operator":"{operator}","lot":{words.lot(lot)},"kind":"{gap.kind}",'
        f'"quantity":"{amount(gap.thousandths, gap.unit)}","unit":{words.unit(gap.unit)},'
        f'"partner":{partner},{_entries(gap.entries)}}}'
    )
