"""A small book with everything a book has, and the log's key, for the tests of the proof."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, text

from ledger.entries.model import ENTRY_COLUMNS
from ledger.entries.services import file_rows, link_same_goods
from ledger.entries.terms import EntryKind, Line, Portion
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM
from ledger.kernel.uow import UnitOfWork
from ledger.proof.rules.keys import made_key
from ledger.proof.terms import Algorithm, SigningKey
from support.filings import a_lot, an_operator, dispatch, file, production, receipt

_FIELDS = [("entry", "<i4"), *((name, "<i8") for name in ENTRY_COLUMNS if name != "id")]


@dataclass(frozen=True)
class Book:
    """What was filed: the references of its entries and the number of the first."""

    references: tuple[str, ...]
    first_entry: int
    operator: int


def key_of_log(number: int = 1, name: str = "log.example.cn/book") -> SigningKey:
    """A signing key, always the same for the same number."""
    return made_key(name, bytes([number] * 32), Algorithm.ED25519)


def unit(bind: Engine | Connection, now: datetime) -> AbstractContextManager[UnitOfWork]:
    """A unit of work of the house itself."""
    return units.begin(bind, actor=SYSTEM, now=now, request_id="test")


def filed_book(uow: UnitOfWork) -> Book:
    """Entries of one row and of several, a correction, links, and rows in bulk: five filings."""
    dairy, shop = an_operator(uow, 1), an_operator(uow, 2)
    mixed = Line(
        kind=EntryKind.TRANSFORMATION,
        portions=tuple(Portion(lot=a_lot(it), quantity="5", unit="EA") for it in ("L1", "L2")),
        outputs=tuple(Portion(lot=a_lot(it), quantity="2", unit="EA") for it in ("X1", "X2")),
        at=production().at,
        document="T-1",
    )
    made = [production(lot=a_lot(it), document=it) for it in ("L1", "L2", "L3")]
    first = file(uow, dairy, *made, mixed)
    sent = file(uow, dairy, dispatch(shop, lot=a_lot("X1"), quantity="1", document="CK-1"))
    came = file(uow, shop, receipt(dairy, lot=a_lot("X1"), quantity="1", document="CK-1"))
    wrong = Line(kind=EntryKind.CORRECTION, corrects=first.entries[3], reason="错了")
    corrected = file(uow, dairy, wrong)
    filed = (first, sent, came, corrected)
    assert not any(one.refused for one in filed)
    one, two = uow.session.scalars(text("SELECT id FROM lot ORDER BY id LIMIT 2"))
    link_same_goods(uow, [(one, two)])
    fill(uow, 6)
    references = tuple(reference for one in filed for reference in one.entries)
    number = uow.session.scalar(text("SELECT min(first_entry) FROM filing"))
    assert isinstance(number, int)
    return Book(references, number, dairy)


def fill(uow: UnitOfWork, entries: int) -> int:
    """File entries in bulk, two of them with two rows, one without any; their first number."""
    lot: Any = uow.session.scalar(text("SELECT min(id) FROM lot"))
    op: Any = uow.session.scalar(text("SELECT min(id) FROM subject"))
    rows = np.zeros(entries, np.dtype(_FIELDS))
    rows["entry"] = np.arange(entries)
    if entries > 4:
        rows["entry"][1], rows["entry"][3] = 0, 4
    rows["lot"], rows["op"], rows["other"] = lot, op, op
    rows["ts"] = np.arange(entries)
    rows["qty"], rows["kind"], rows["unit"], rows["precision"] = 1000, 1, 3, 4
    key: Any = uow.session.scalar(text("SELECT count(*) FROM filing"))
    file_rows(uow, op, f"fill-{key}", rows)
    first = uow.session.scalar(text("SELECT max(first_entry) FROM filing"))
    assert isinstance(first, int)
    return first
