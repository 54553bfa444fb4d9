"""Certificates that are valid by default; one argument spoils a test's."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from sqlalchemy import text

from ledger.certificates.services import add_certificate
from ledger.certificates.terms import (
    AddCertificate,
    Certificate,
    CertificateKind,
    FileKept,
    Target,
    TargetKind,
)
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import find_lot, product_by_gtin
from support.filings import dispatch, file, production, receipt
from support.named import a_gtin


def a_certificate(owner: int, **changed: Any) -> AddCertificate:
    """A laboratory's report of June 2026 about its owner; ``lot`` or ``product`` by id instead."""
    targets = [
        Target(kind, changed.pop(kind.value)) for kind in TargetKind if kind.value in changed
    ]
    said: dict[str, Any] = {
        "owner_id": owner,
        "kind": CertificateKind.THIRD,
        "targets": tuple(targets) or (Target(TargetKind.OPERATOR, owner),),
        "number": "R2026-1",
        "issuer": "厦门市产品质量监督检验院",
        "issued_on": date(2026, 6, 1),
    }
    return AddCertificate(**{**said, **changed})


def a_file(content: str = "page", **changed: Any) -> FileKept:
    """A file as it is kept, by the hash of a text."""
    digest = hashlib.sha256(content.encode()).digest()
    said: dict[str, Any] = {"sha256": digest, "size": 4, "media_type": "application/pdf"}
    return FileKept(**{**said, **changed})


def on_file(uow: UnitOfWork, owner: int, **changed: Any) -> Certificate:
    """Such a certificate, put on file."""
    return add_certificate(uow, a_certificate(owner, **changed))


def lot_of(uow: UnitOfWork, number: str = "L240501", gtin: int = 1) -> int:
    """The id of a lot of one of the tests' products."""
    product = product_by_gtin(uow, a_gtin(gtin))
    found = find_lot(uow, product_id=product.id, number=number)
    assert found is not None
    return found.id


def delivered(uow: UnitOfWork, dairy: int, shop: int, **said: Any) -> int:
    """The dairy sent a lot to the shop, which booked it without any paper; the lot's id."""
    file(uow, dairy, production(at="2026-08-01", certificate=""))
    file(uow, dairy, dispatch(shop, at="2026-08-02", certificate="", quantity="50", **said))
    file(uow, shop, receipt(dairy, at="2026-08-02", certificate="", quantity="50", **said))
    return lot_of(uow)


def facts(uow: UnitOfWork, *names: str) -> list[tuple[str, Any]]:
    """What was announced under these names, in order: (fact, what it says)."""
    rows = uow.session.execute(
        text("SELECT fact, payload FROM outbox_fact WHERE fact = ANY(:names) ORDER BY id"),
        {"names": list(names)},
    )
    return [(row.fact, row.payload) for row in rows]
