"""The words of certificates: kinds, what they are attached to, commands and views."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

TARGETS_MAX = 500  # lots of one delivery that share one paper
FILES_MAX = 20  # pages photographed one by one
TEXTS = {"number": 100, "issuer": 200, "note": 1_000, "reason": 500}
"""The longest texts a certificate may hold, in characters."""


class CertificateKind(StrEnum):
    """What a paper says, and pictures of licences beside it."""

    FACTORY = "FACTORY"  # 出厂检验合格证 or report
    THIRD = "THIRD"  # a laboratory's report
    QUAR_ANIMAL = "QUAR_ANIMAL"  # 动物检疫合格证明
    MEAT = "MEAT"  # 肉品品质检验合格证
    CIQ = "CIQ"  # 入境货物检验检疫证明
    COMMIT = "COMMIT"  # 承诺达标合格证
    ORIGIN = "ORIGIN"  # 产地证明
    VOUCHER = "VOUCHER"  # 购货凭证
    SELFTEST = "SELFTEST"  # 自检, 快检
    LICENCE = "LICENCE"  # a picture of a licence on the wall
    OTHER = "OTHER"


class TargetKind(StrEnum):
    """What a certificate may be attached to."""

    LOT = "lot"
    PRODUCT = "product"
    OPERATOR = "operator"
    PREMISES = "premises"


class CertificateState(StrEnum):
    """What a certificate is worth on a day."""

    IN_FORCE = "in_force"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """A thing a certificate is attached to, by its id."""

    kind: TargetKind
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKept:
    """A picture or PDF of a certificate; the files themselves are kept under their hash.

    ``shown_sha256`` names the picture everybody may see: smaller, and without what a telephone
    writes into its photographs. A PDF has none.
    """

    sha256: bytes
    size: int
    media_type: str
    name: str = ""
    shown_sha256: bytes | None = None
    shown_size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCertificate:
    """An operator, an inspector or a registrar puts a certificate on file.

    ``owner_id`` is the operator who answers for it. ``replaces`` names the certificate it is put
    in the place of. ``public`` says whether everybody may see its pictures, not only what it says.
    """

    owner_id: int
    kind: CertificateKind
    targets: tuple[Target, ...] = ()
    number: str = ""
    issuer: str = ""
    issued_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""
    public: bool = True
    files: tuple[FileKept, ...] = ()
    replaces: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachCertificate:
    """A certificate on file vouches for further things."""

    certificate_id: int
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawCertificate:
    """A certificate no longer holds; it stays on file with the reason."""

    certificate_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """When a certificate was withdrawn, by whom and why."""

    at: datetime
    account_id: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate on file with all that is known of it."""

    id: int
    owner_id: int
    kind: CertificateKind
    number: str
    issuer: str
    issued_on: date | None
    valid_from: date | None
    valid_to: date | None
    note: str
    public: bool
    added_at: datetime
    added_by: int | None
    replaces: int | None
    replaced_by: int | None
    reason: str
    withdrawn: Withdrawn | None
    targets: tuple[Target, ...]
    files: tuple[FileKept, ...]

    @property
    def stands(self) -> bool:
        """Whether it has been neither withdrawn nor replaced."""
        return self.withdrawn is None and self.replaced_by is None

    def about(self, kind: TargetKind) -> tuple[int, ...]:
        """The ids of the things of a kind it is attached to."""
        return tuple(target.id for target in self.targets if target.kind is kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateSearch:
    """What certificates are looked for; what is left empty does not narrow the search.

    ``text`` is a number or part of an issuer's name, ``owner_ids`` None for everybody's, ``before``
    the ``next`` of the page before.
    """

    owner_ids: frozenset[int] | None = None
    text: str = ""
    kind: CertificateKind | None = None
    state: CertificateState | None = None
    target: Target | None = None
    before: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificatesPage:
    """A page of certificates, the newest first."""

    items: tuple[Certificate, ...]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningOut:
    """A paper that ends soon or has ended: a certificate, or a licence of the register.

    ``days`` are those left, negative when it has ended; ``stage`` is the warning it has come to.
    ``lots_only`` says that it vouches for these lots and nothing else.
    """

    is_licence: bool
    paper_id: int
    owner_id: int
    kind: str
    number: str
    valid_to: date
    days: int
    stage: int
    lots: tuple[int, ...] = ()
    lots_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperShown:
    """What everybody may see of a certificate; ``lot`` is the number of the lot it vouches for.

    ``target`` says whether it is about this lot, its product, or its producer.
    """

    id: int
    kind: CertificateKind
    number: str
    issuer: str
    issued_on: date | None
    valid_from: date | None
    valid_to: date | None
    target: TargetKind
    lot: str = ""


KIND_TEXTS: dict[CertificateKind, tuple[str, str]] = {
    CertificateKind.FACTORY: ("出厂检验合格证明", "Factory inspection certificate"),
    CertificateKind.THIRD: ("第三方检验报告", "Laboratory report"),
    CertificateKind.QUAR_ANIMAL: ("动物检疫合格证明", "Animal quarantine certificate"),
    CertificateKind.MEAT: ("肉品品质检验合格证", "Meat quality certificate"),
    CertificateKind.CIQ: ("入境货物检验检疫证明", "Entry inspection and quarantine certificate"),
    CertificateKind.COMMIT: ("承诺达标合格证", "Producer's commitment certificate"),
    CertificateKind.ORIGIN: ("产地证明", "Certificate of origin"),
    CertificateKind.VOUCHER: ("购货凭证", "Purchase voucher"),
    CertificateKind.SELFTEST: ("自检合格证明", "Own test record"),
    CertificateKind.LICENCE: ("许可证照片", "Picture of a licence"),
    CertificateKind.OTHER: ("其他证明", "Other paper"),
}
"""What a kind is called, in Chinese and in English."""


def about_of(kind: str, number: str) -> tuple[str, str]:
    """A certificate in a few words, in Chinese and in English: its kind and its number."""
    chinese, english = KIND_TEXTS[CertificateKind(kind)]
    return f"{chinese} {number}".strip(), f"{english} {number}".strip()
