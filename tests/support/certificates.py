"""Certificates that are valid by default; one argument spoils a test's."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

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
