"""Filings that are valid by default: operators, lots, lines; one argument spoils a test's line."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from sqlalchemy import text

from ledger.entries.services import file_entries
from ledger.entries.terms import EntryKind, Filed, FileEntries, Line, Mode, Portion
from ledger.kernel.identifiers.checks import gs1_check_digit
from ledger.kernel.moment import UNKNOWN, Moment, parse_moment
from ledger.kernel.uow import UnitOfWork
from ledger.products.terms import LotNamed
from ledger.subjects.services import register_subject
from ledger.subjects.terms import LicenceKind, LicenceNamed, Party, SubjectKind
from support.named import a_gtin, a_registration, an_sc

AT = "2026-08-15"


def an_operator(uow: UnitOfWork, number: int = 1, **changed: Any) -> int:
    """A registered dairy with a licence in force; its subject id."""
    licence = LicenceNamed(
        kind=LicenceKind.SC,
        number=an_sc(number),
        valid_from=date(2024, 1, 1),
        valid_to=date(2028, 12, 31),
    )
    said = {"licences": (licence,), **changed}
    return register_subject(uow, a_registration(number, **said))[0].id


def a_farm(uow: UnitOfWork, number: int = 50) -> int:
    """A registered farm, which needs no licence."""
    return an_operator(uow, number, licences=(), kinds=(SubjectKind.FARM,))


def a_lot(number: str = "L240501", **changed: Any) -> LotNamed:
    """A lot of milk made on 1 May 2026 that keeps for two years."""
    said: dict[str, Any] = {
        "gtin": a_gtin(1),
        "lot": number,
        "name": "纯牛奶",
        "spec": "250ml",
        "produced_on": parse_moment("2026-05-01"),
        "expires_on": parse_moment("2028-05-01"),
    }
    return LotNamed(**{**said, **changed})


def a_line(kind: EntryKind = EntryKind.PRODUCTION, **changed: Any) -> Line:
    """A line about one lot; ``lot``, ``quantity``, ``unit``, ``at`` as text, the rest as fields."""
    portion = Portion(
        lot=changed.pop("lot", None) or a_lot(),
        quantity=changed.pop("quantity", "100"),
        unit=changed.pop("unit", "EA"),
    )
    at = changed.pop("at", AT)
    said: dict[str, Any] = {
        "portions": (portion,),
        "at": at if isinstance(at, Moment) else parse_moment(at),
        "certificate": "C-1",
        "document": "D-1",
    }
    return Line(kind=kind, **{**said, **changed})


def production(**changed: Any) -> Line:
    """A production of milk."""
    return a_line(EntryKind.PRODUCTION, **changed)


def dispatch(to: int, **changed: Any) -> Line:
    """A dispatch of milk to a subject."""
    return a_line(EntryKind.DISPATCH, **{"partner": Party(subject_id=to), **changed})


def receipt(sender: int, **changed: Any) -> Line:
    """A receipt of milk from a subject."""
    return a_line(EntryKind.RECEIPT, **{"partner": Party(subject_id=sender), **changed})


def portion(lot: LotNamed, quantity: str, unit: str = "EA") -> Portion:
    """So much of a lot."""
    return Portion(lot=lot, quantity=quantity, unit=unit)


def transformation(inputs: Any, outputs: Any, **changed: Any) -> Line:
    """Portions become others, each given as its parts."""
    return Line(
        kind=EntryKind.TRANSFORMATION,
        portions=tuple(portion(*it) for it in inputs),
        outputs=tuple(portion(*it) for it in outputs),
        **{"at": parse_moment(AT), **changed},
    )


def correction(reference: str, replacement: Line | None = None, **changed: Any) -> Line:
    """An entry is taken back, or another line stands for it."""
    said = {"corrects": reference, "reason": "数量填错", "at": UNKNOWN, "replacement": replacement}
    return Line(kind=EntryKind.CORRECTION, **{**said, **changed})


def packing(kind: EntryKind, sscc: str, *contents: Portion) -> Line:
    """Portions or units go into a logistic unit, or come out of it."""
    return Line(kind=kind, sscc=sscc, portions=contents, at=parse_moment(AT))


def nested(sscc: str) -> Portion:
    """A logistic unit as the content of another."""
    return Portion(lot=LotNamed(sscc=sscc), quantity="", unit="")


def an_sscc(number: int = 1) -> str:
    """The number of a logistic unit."""
    body = f"0690{number:013d}"
    return body + gs1_check_digit(body)


def filing(operator: int, *lines: Any, key: str = "K-1", **changed: Any) -> FileEntries:
    """A filing in mode ``good`` whose hash follows from what its lines say."""
    said: dict[str, Any] = {
        "content_hash": hashlib.sha256(repr(lines).encode()).digest(),
        "mode": Mode.GOOD,
    }
    return FileEntries(
        operator_id=operator, filing_key=key, lines=tuple(lines), **{**said, **changed}
    )


_COUNT = iter(range(10**9))


def file(uow: UnitOfWork, operator: int, *lines: Any, **changed: Any) -> Filed:
    """File lines under a key of their own."""
    changed.setdefault("key", f"key-{next(_COUNT)}")
    return file_entries(uow, filing(operator, *lines, **changed))


def codes(filed: Filed) -> list[str]:
    """Why lines were refused."""
    return [it.code for it in filed.refused]


def rules(filed: Filed) -> list[tuple[str, str]]:
    """What was remarked: (rule, code)."""
    return [(it.rule, it.code) for it in filed.warnings]


def flags_of(uow: UnitOfWork) -> list[int]:
    """The marks of all entries in the book, in order."""
    return list(uow.session.scalars(text("SELECT flags FROM entry ORDER BY id")))


def rows(uow: UnitOfWork, where: str = "true") -> list[tuple[Any, ...]]:
    """(kind, lot, op, other, qty) of the book's rows, in the order of their entries."""
    found = uow.session.execute(
        text(
            f"SELECT kind, lot, op, other, qty FROM entry WHERE {where} "
            "ORDER BY id, kind, lot, other"
        )
    )
    return [tuple(row) for row in found]


def lot_numbered(uow: UnitOfWork, number: str) -> Any:
    """The id of the lot with this number."""
    return uow.session.scalar(text("SELECT id FROM lot WHERE number = :n"), {"n": number})
