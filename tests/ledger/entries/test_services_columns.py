"""Lines filed by columns leave in every table what the same lines leave filed one by one."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeGuard

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from support.column_lines import LOTS, NOT_PLAIN, a_line
from support.filings import a_farm, an_operator, dispatch, file, production, receipt
from support.named import a_gtin, an_sc

from ledger.entries.queries.filings import warnings_of
from ledger.entries.rules import canonical
from ledger.entries.services import columns as by_columns
from ledger.entries.services import file_columns, file_entries
from ledger.entries.terms import (
    FileColumns,
    FiledColumns,
    Line,
    LineColumns,
    Portion,
    Unreadable,
)
from ledger.kernel.ids import parse_entry_reference
from ledger.kernel.uow import UnitOfWork
from ledger.products.services import hold_lot, open_product
from ledger.products.terms import HoldLot, LotNamed, OpenProduct, PackNamed
from ledger.subjects.terms import LicenceKind, LicenceNamed, SubjectKind

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

COUNT = itertools.count()
SEVERAL = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def columns_of(lines: Sequence[Line | Unreadable]) -> LineColumns:
    """Lines turned into columns."""
    read = [(place, it) for place, it in enumerate(lines) if isinstance(it, Line)]
    return LineColumns.of([it for _, it in read], [place for place, _ in read])


def command_of(operator: int, lines: Sequence[Line | Unreadable], key: str) -> FileColumns:
    """Lines to be filed by columns."""
    return FileColumns(
        operator_id=operator,
        filing_key=key,
        content_hash=hashlib.sha256(key.encode()).digest(),
        columns=columns_of(lines),
        unreadable={at: it for at, it in enumerate(lines) if isinstance(it, Unreadable)},
    )


@pytest.fixture
def town(uow: UnitOfWork) -> int:
    """A trader with some stock; suppliers with and without licences, a held lot, a pack."""
    own, two = an_operator(uow, 1), an_operator(uow, 2)
    a_farm(uow, 3)
    lapsed = LicenceNamed(kind=LicenceKind.SC, number=an_sc(4), valid_to=date(2025, 1, 1))
    an_operator(uow, 4, licences=(lapsed,), kinds=(SubjectKind.DISTRIBUTION,))
    pack = PackNamed(gtin=a_gtin(1, 1), contains=Decimal(12), of=a_gtin(1))
    open_product(uow, OpenProduct(gtin=a_gtin(1), name="纯牛奶", spec="250ml", packs=(pack,)))
    named = {it.lot: it for it in LOTS[:4]}
    file(
        uow,
        own,
        production(lot=named["L1"], quantity="100"),
        production(lot=named["HELD"], quantity="5", certificate=""),
        receipt(two, lot=LOTS[1], quantity="20", certificate="", at="2026-08-01"),
        receipt(two, lot=LOTS[5], quantity="12", document="D-1"),
        dispatch(two, lot=named["L1"], quantity="12", unit="袋", document="D-1"),
    )
    held = uow.session.scalar(text("SELECT id FROM lot WHERE lot_key = 'L:HELD'"))
    hold_lot(uow, HoldLot(lot_id=held, reason="抽检不合格"))
    return own


def everything(uow: UnitOfWork, filing_id: int) -> dict[str, Any]:
    """What a filing left, with numbers that were drawn made comparable."""
    uow.session.flush()
    ask: Callable[..., list[Any]] = lambda sql, **said: [  # noqa: E731
        dict(row) for row in uow.session.execute(text(sql), said).mappings()
    ]
    (filing,) = ask("SELECT * FROM filing WHERE id = :id", id=filing_id)
    first, last = filing.pop("first_entry"), filing.pop("last_entry")
    lot_of = {
        row["id"]: (row["gtin"], row["lot_key"])
        for row in ask(
            "SELECT l.id, p.gtin, l.lot_key FROM lot l JOIN product p ON p.id = l.product_id"
        )
    }
    who = {
        row["id"]: (row["uscc"], row["name"], row["contact"], row["address"])
        for row in ask("SELECT * FROM subject")
    }
    span = {"first": first, "last": last}
    rows = ask("SELECT * FROM entry WHERE id BETWEEN :first AND :last ORDER BY id, lot", **span)
    notes = ask("SELECT * FROM entry_note WHERE id BETWEEN :first AND :last", **span)
    proven(uow, filing, rows, notes)

    def place(reference: str) -> tuple[Any, int]:
        lot, number = parse_entry_reference(reference)
        return lot_of[lot], number - first

    answer = filing.pop("answer")
    answer["warnings"] = [asdict(it) for it in warnings_of(answer)]
    answer.pop("warned", None)
    answer["entries"] = [place(it) for it in answer["entries"]]
    for row in (*rows, *notes):
        row["lot"], row["id"] = lot_of[row["lot"]], row["id"] - first
        row["other"] = who.get(row.get("other"))
    facts = ask("SELECT fact, payload FROM outbox_fact ORDER BY id")
    for fact in facts:
        payload = fact["payload"]
        for name in ("first_entry", "last_entry", "filing_id", "product_id", "lot_id"):
            payload.pop(name, None)
        payload["entries"] = [place(it) for it in payload.get("entries", ())]
    for name in ("id", "receipt"):
        filing.pop(name)
    return {
        "filing": filing,
        "answer": answer,
        "rows": sorted(rows, key=lambda it: it["id"]),
        "notes": sorted(notes, key=lambda it: it["id"]),
        "facts": facts,
        "lots": sorted(
            (
                *lot_of[it.pop("id")],
                *sorted(
                    (name, str(said))
                    for name, said in it.items()
                    if name not in ("product_id", "producer_id")
                ),
                who.get(it["producer_id"]),
            )
            for it in ask("SELECT * FROM lot")
        ),
        "products": sorted(
            str([said for name, said in it.items() if name not in ("id", "producer_id", "base_id")])
            for it in ask("SELECT * FROM product")
        ),
        "claims": sorted(
            str(row)
            for row in ask(
                "SELECT p.gtin, c.operator_id, c.name, c.spec "
                "FROM product_claim c JOIN product p ON p.id = c.product_id"
            )
        ),
        "subjects": sorted(map(str, who.values())),
        "audit": ask("SELECT action, details FROM audit_line WHERE action = 'entry.file'"),
    }


def proven(uow: UnitOfWork, filing: dict[str, Any], rows: list[Any], notes: list[Any]) -> None:
    """The receipt and the leaves are those of what is stored."""
    digest = {
        (it["lot"], it["id"]): canonical.note_digest(
            it["document"],
            it["document_line"],
            it["certificate"],
            it["keep_until"],
            canonical.said_text(it["said"]),
        )
        for it in notes
    }
    names = ("id", "qty", "lot", "ts", "op", "other", "doc", "kind", "unit", "precision", "flags")
    records = [
        canonical.record(
            tuple(row[name] for name in names),
            digest.get((row["lot"], row["id"]), canonical.NO_NOTE),
        )
        for row in rows
    ]
    assert bytes(filing["receipt"]) == canonical.receipt(records)
    if rows:
        first = min(row["id"] for row in rows)
        batch = uow.session.execute(
            text(
                "SELECT b.count AS entries, b.nonce, q.leaves FROM leaf_batch b JOIN leaf_queue q "
                "USING (operator_id, first_entry) WHERE first_entry = :first"
            ),
            {"first": first},
        ).one()
        made = canonical.leaves(records, bytes(batch.nonce), first, batch.entries)
        assert bytes(batch.leaves) == made


def replayed(uow: UnitOfWork, command: FileColumns, filed: FiledColumns) -> None:
    """The same key again is given the same answer."""
    again = file_columns(uow, command, kept=3)
    assert again.replayed
    for name in ("refused", "warned", "counts", "warnings", "receipt", "accepted"):
        assert plain(getattr(again, name)) == plain(getattr(filed, name)), name


def plain(said: Any) -> Any:
    """What is said as JSON keeps it."""
    return json.loads(
        json.dumps(said, default=lambda it: asdict(it) if _has_fields(it) else str(it))
    )


@contextmanager
def undone(uow: UnitOfWork) -> Iterator[None]:
    """What is done inside is taken back, so that the town is as it was."""
    uow.session.execute(text("SAVEPOINT before"))
    try:
        yield
    finally:
        uow.session.execute(text("ROLLBACK TO SAVEPOINT before"))


def _has_fields(it: Any) -> TypeGuard[DataclassInstance]:
    return is_dataclass(it) and not isinstance(it, type)


def both(uow: UnitOfWork, operator: int, lines: Sequence[Line | Unreadable]) -> FiledColumns:
    """File the same lines in both ways, each in the same town; they have to leave the same."""
    key = f"both-{next(COUNT)}"
    command = command_of(operator, lines, key)
    with undone(uow):
        one = file_entries(uow, command.by_lines())
        by_line = everything(uow, one.filing_id)
    with undone(uow):
        two = file_columns(uow, command, kept=3)
        by_column = everything(uow, two.filing_id)
        replayed(uow, command, two)
    for name, said in by_line.items():
        assert by_column[name] == said, name
    counted = by_columns.filing._counted(one, 3)
    for name in ("accepted", "refused", "warned", "counts", "warnings"):
        assert getattr(two, name) == getattr(counted, name), name
    return two


@SEVERAL
@given(lines=st.lists(a_line(40), min_size=1, max_size=30))
def test_plain_lines(uow: UnitOfWork, town: int, lines: list[Line]) -> None:
    both(uow, town, lines)


@SEVERAL
@given(lines=st.lists(a_line(40), min_size=1, max_size=8), other=st.sampled_from(NOT_PLAIN))
def test_lines_of_which_one_is_not_plain(
    uow: UnitOfWork, town: int, lines: list[Line], other: LotNamed
) -> None:
    portion = Portion(lot=other, quantity="3", unit="框")
    both(uow, town, [*lines, replace(lines[0], portions=(portion,))])


@SEVERAL
@given(
    lines=st.lists(a_line(10), min_size=1, max_size=12),
    more=st.lists(st.integers(0, 11), max_size=2),
)
def test_lines_of_which_many_are_wrong(
    uow: UnitOfWork, town: int, lines: list[Line], more: list[int]
) -> None:
    unread = Unreadable(code="filing.date_unreadable", field="at", params={"text": "上周"})
    mixed: list[Line | Unreadable] = list(lines)
    for place in more:
        mixed.insert(min(place, len(mixed)), unread)
    both(uow, town, mixed)
