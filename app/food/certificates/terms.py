"""The words of certificates' doors: what is named, what is sent, and how states are called."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import IO

from ledger.certificates.terms import AddCertificate, CertificateState, TargetKind

STATE_TEXTS: dict[CertificateState, tuple[str, str]] = {
    CertificateState.IN_FORCE: ("有效", "in force"),
    CertificateState.EXPIRING: ("快到期", "running out"),
    CertificateState.EXPIRED: ("已过期", "expired"),
    CertificateState.NOT_YET: ("还没生效", "not yet in force"),
    CertificateState.REPLACED: ("已换新", "replaced"),
    CertificateState.WITHDRAWN: ("已撤回", "withdrawn"),
}
STATE_MARKS: dict[CertificateState, str] = {
    CertificateState.IN_FORCE: "ok",
    CertificateState.EXPIRING: "warn",
    CertificateState.EXPIRED: "bad",
    CertificateState.NOT_YET: "wait",
    CertificateState.REPLACED: "gap",
    CertificateState.WITHDRAWN: "bad",
}
TARGET_TEXTS: dict[TargetKind, tuple[str, str]] = {
    TargetKind.LOT: ("批次", "lot"),
    TargetKind.PRODUCT: ("产品", "product"),
    TargetKind.OPERATOR: ("经营者", "operator"),
    TargetKind.PREMISES: ("经营场所", "premises"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LotNamed:
    """A lot by its id, or by its product (a GTIN, or ``p`` and an id) and its number."""

    id: int | None = None
    product: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingsNamed:
    """What a certificate is to vouch for, as people name it; ``itself`` is the owner."""

    lots: tuple[LotNamed, ...] = ()
    products: tuple[str, ...] = ()
    premises: tuple[int, ...] = ()
    itself: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSent:
    """A file as it arrived; its name is what the sender calls it and nothing else."""

    content: IO[bytes]
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateSent:
    """A certificate as it arrives at a door: ``operator`` is the owner's USCC, else one's own.

    ``said`` is the command without owner, targets and files; ``public`` None leaves to the kind
    whether everybody may see the pictures.
    """

    said: AddCertificate
    things: ThingsNamed
    operator: str = ""
    public: bool | None = None
    files: tuple[FileSent, ...] = ()

    def with_files(self, files: tuple[FileSent, ...]) -> CertificateSent:
        """The same with files."""
        return replace(self, files=files)
