"""L01: what a line must say (Food Safety Law 2021 Arts. 50, 51, 53, 65).

What makes a line meaningless when it is missing refuses it; the other required fields are listed
in one warning, because the ledger would rather know an incomplete delivery than none.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from ledger.entries import errors
from ledger.entries.rules.findings import Effect, Finding
from ledger.entries.rules.limits import PORTIONS_MAX
from ledger.entries.terms import EntryKind, Line, Portion
from ledger.kernel.errors import Refusal
from ledger.kernel.moment import Precision

TEXTS = {  # longest text a field may hold; documents and certificates are numbers, notes are notes
    "document": 100,
    "document_line": 40,
    "certificate_kind": 40,
    "certificate": 200,
    "origin": 100,
    "storage": 40,
    "reason": 500,
    "note": 1000,
    "override_reason": 500,
    "sscc": 40,
}
_texts = attrgetter(*TEXTS)
_SHORTEST = min(TEXTS.values())
PARTNERED = frozenset({EntryKind.RECEIPT, EntryKind.DISPATCH})
PLAIN = PARTNERED | {EntryKind.PRODUCTION, EntryKind.DISPOSAL}
PACKING = frozenset({EntryKind.AGGREGATION, EntryKind.DISAGGREGATION})
CARRIED = PARTNERED  # kinds that may name a logistic unit instead of its contents


def line_refusal(line: Line) -> Refusal | None:
    """The first thing that makes the line meaningless, before anything is looked up."""
    return None if _is_plain(line) else next(_line_refusals(line), None)


def _is_plain(line: Line) -> bool:
    """Whether the line is one of the many that say all there is to say of one lot."""
    if line.kind not in PLAIN or len(line.portions) != 1 or line.outputs:
        return False
    portion = line.portions[0]
    lot = portion.lot
    return bool(
        line.at.precision
        and (line.partner is not None or line.kind not in PARTNERED)
        and (lot.gtin or lot.product)
        and not lot.sscc
        and portion.quantity.strip()
        and portion.unit.strip()
        and not any(_unreadable_texts(line))
    )


def _line_refusals(line: Line) -> Iterator[Refusal]:
    yield from _unreadable_texts(line)
    if line.kind is EntryKind.CORRECTION:
        yield from _correction_refusals(line)
        return
    if line.at.precision is Precision.UNKNOWN:
        yield errors.FieldMissing(field="at", name="at")
    if line.kind in PARTNERED and line.partner is None:
        field = "from" if line.kind is EntryKind.RECEIPT else "to"
        yield errors.FieldMissing(field=field, name=field)
    if line.kind in PACKING and not line.sscc:
        yield errors.FieldMissing(field="sscc", name="sscc")
    yield from _goods_refusals(line)


def _correction_refusals(line: Line) -> Iterator[Refusal]:
    if not line.corrects:
        yield errors.FieldMissing(field="corrects", name="corrects")
    if not line.reason:
        yield errors.FieldMissing(field="reason", name="reason")
    if line.replacement is None:
        return
    if line.replacement.kind is EntryKind.CORRECTION:
        yield errors.CorrectionNested(field="entry.kind")
    for refusal in _line_refusals(line.replacement):
        refusal.field = f"entry.{refusal.field}" if refusal.field else "entry"
        yield refusal


def _goods_refusals(line: Line) -> Iterator[Refusal]:
    if len(line.portions) + len(line.outputs) > PORTIONS_MAX:
        yield errors.TooManyPortions(limit=PORTIONS_MAX, field="inputs")
    wanted = {"portions": line.portions}
    if line.kind is EntryKind.TRANSFORMATION:
        wanted = {"inputs": line.portions, "outputs": line.outputs}
    for name, portions in wanted.items():
        if not portions and not _goes_without(line):
            field = name if name != "portions" else "lot"
            yield errors.FieldMissing(field=field, name=field)
        for index, portion in enumerate(portions):
            yield from _portion_refusals(line, portion, portion_path(line, name, index))


def _goes_without(line: Line) -> bool:
    return line.kind is EntryKind.DISAGGREGATION or (line.kind in CARRIED and bool(line.sscc))


def portion_path(line: Line, name: str, index: int) -> str:
    """Where a portion stands in the line, as a prefix of field paths; empty for the only one."""
    if name == "portions" and len(line.portions) == 1 and line.kind not in PACKING:
        return ""
    return f"{'contents' if name == 'portions' else name}.{index}."


def _portion_refusals(line: Line, portion: Portion, path: str) -> Iterator[Refusal]:
    lot = portion.lot
    if lot.sscc and (line.kind in PACKING or line.kind in CARRIED):
        return
    if not (lot.gtin or lot.product or lot.in_store or lot.lot_id):
        yield errors.FieldMissing(field=f"{path}lot", name="lot")
    if line.kind is EntryKind.DISAGGREGATION:
        return
    if not portion.quantity.strip():
        yield errors.FieldMissing(field=f"{path}quantity", name="quantity")
    if not portion.unit.strip():
        yield errors.FieldMissing(field=f"{path}unit", name="unit")


def _unreadable_texts(line: Line) -> Iterator[Refusal]:
    together = "".join(_texts(line))
    if len(together) <= _SHORTEST and "\x00" not in together:
        return
    for name, limit in TEXTS.items():
        text: str = getattr(line, name)
        if text and (len(text) > limit or "\x00" in text):
            yield errors.TextUnreadable(field=name, limit=limit)


def missing_fields(
    line: Line, *, agricultural: bool, spec: str, lasts: bool, reachable: bool
) -> tuple[str, ...]:
    """The required fields that neither the line nor the files of product and partner know.

    ``lasts``: an expiry or shelf life is known; ``reachable``: the partner's address and contact
    are. A summary of sales to consumers needs none of them.
    """
    retail = line.partner is not None and line.partner.consumers
    if line.kind not in (*PARTNERED, EntryKind.PRODUCTION) or retail:
        return ()
    trades = line.kind in PARTNERED
    wanted = (
        ("document", trades and not line.document),
        ("spec", not agricultural and not spec),
        ("expires_on", not agricultural and not lasts),
        ("origin", agricultural and line.kind is EntryKind.RECEIPT and not line.origin),
        ("partner", trades and not reachable),
    )
    return tuple(name for name, missing in wanted if missing)


def missing(fields: tuple[str, ...], *, strict: bool) -> Finding | None:
    """One finding for all missing fields; it refuses the line only where the filer asked for it."""
    if not fields:
        return None
    return Finding(
        rule="L01",
        effect=Effect.REJECT if strict else Effect.WARN,
        refusal=errors.FieldsMissing,
        field=fields[0],
        params={"fields": ", ".join(fields)},
    )
