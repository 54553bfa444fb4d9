"""What a certificate is worth: its state on a day, which goods it proves, when it is warned of."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from ledger.certificates import errors
from ledger.certificates.terms import (
    FILES_MAX,
    TARGETS_MAX,
    TEXTS,
    AddCertificate,
    Certificate,
    CertificateKind,
    CertificateState,
    TargetKind,
)

SHORT_LIVED_DAYS = 7  # papers that go with a transport end by themselves; nobody renews them
LONG_AGO_DAYS = 30  # what ended earlier than this is history, and no news
EXPIRED = -1  # the stage of a paper that has ended

K = CertificateKind
SOUND = frozenset({K.FACTORY, K.THIRD, K.SELFTEST})
OF_FARMS = frozenset({K.COMMIT, K.THIRD, K.SELFTEST, K.QUAR_ANIMAL})
NEVER_PUBLIC = frozenset({K.VOUCHER, K.OTHER})
"""Kinds of which the public is told nothing: they say who sold what to whom, and at what price."""
NOT_SHOWN = NEVER_PUBLIC | {K.QUAR_ANIMAL, K.CIQ, K.COMMIT, K.ORIGIN}
"""Kinds whose pictures are not public by default: they name people, telephones and quantities."""
_MEAT = ("猪", "牛", "羊", "禽", "鸡", "鸭", "鹅", "畜", "鲜肉", "livestock", "poultry")
_NO_MEAT = ("蛋", "奶", "乳", "eggs", "水产", "鱼", "菌")
_PORK = ("猪",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What decides which papers goods need: their category and name, and where they come from."""

    category: str = ""
    name: str = ""
    agricultural: bool = False
    imported: bool = False


def needs_of(goods: Goods) -> tuple[frozenset[CertificateKind], ...]:
    """The papers goods need: one of each set.

    Imports need CIQ. Fresh meat needs the quarantine certificate, and pork the one on meat quality
    beside it. Farm goods need the producer's commitment or its equivalent, all others a factory's
    certificate or a report.
    """
    if goods.imported:
        return (frozenset({K.CIQ}),)
    if not goods.agricultural:
        return (SOUND,)
    said = f"{goods.category} {goods.name}".lower()
    meat = any(word in said for word in _MEAT) and not any(word in said for word in _NO_MEAT)
    if not meat:
        return (OF_FARMS,)
    pork = any(word in said for word in _PORK)
    needed = (K.QUAR_ANIMAL, K.MEAT) if pork else (K.QUAR_ANIMAL,)
    return tuple(frozenset({kind}) for kind in needed)


def proves(
    kinds: Collection[CertificateKind], needs: Iterable[Collection[CertificateKind]]
) -> bool:
    """Whether papers of these kinds are all that is needed."""
    return all(any(kind in one for kind in kinds) for one in needs)


def state_of(certificate: Certificate, today: date, soon_days: int) -> CertificateState:
    """What a certificate is worth on a day; ``soon_days`` before its end it is running out."""
    if certificate.withdrawn is not None:
        return CertificateState.WITHDRAWN
    if certificate.replaced_by is not None:
        return CertificateState.REPLACED
    ends = certificate.valid_to
    if ends is not None and ends < today:
        return CertificateState.EXPIRED
    if certificate.valid_from is not None and certificate.valid_from > today:
        return CertificateState.NOT_YET
    if ends is not None and (ends - today).days <= soon_days and _is_watched(certificate):
        return CertificateState.EXPIRING
    return CertificateState.IN_FORCE


def _is_watched(certificate: Certificate) -> bool:
    begun = certificate.valid_from or certificate.issued_on
    return is_watched(begun, certificate.valid_to, lots_only=_about_lots_only(certificate))


def _about_lots_only(certificate: Certificate) -> bool:
    return all(target.kind is TargetKind.LOT for target in certificate.targets)


def is_watched(begun: date | None, ends: date | None, *, lots_only: bool) -> bool:
    """Whether somebody is to be warned when a paper ends: not of one that goes with a transport."""
    if ends is None:
        return False
    return not lots_only or begun is None or (ends - begun).days >= SHORT_LIVED_DAYS


def stage_of(ends: date, today: date, stages: Collection[int]) -> int | None:
    """The warning a paper has come to: the least number of days that has been reached.

    EXPIRED when it has ended, None when its end is far away or long ago.
    """
    left = (ends - today).days
    if left < 0:
        return EXPIRED if left >= -LONG_AGO_DAYS else None
    reached = [stage for stage in stages if left <= stage]
    return min(reached) if reached else None


def stages(text: str) -> tuple[int, ...]:
    """The days before an end at which is warned, from the parameter's text ``30 7 1``."""
    return tuple(sorted({int(word) for word in text.split()}, reverse=True))


def check(command: AddCertificate, today: date) -> None:
    """Refuse what no certificate says of itself.

    Refuses: TargetMissing, TooManyTargets, TooManyFiles, NothingSaid, TextTooLong, DatesCrossed,
    IssuedInFuture, ReasonMissing.
    """
    if not command.targets:
        raise errors.TargetMissing(field="targets")
    if len(command.targets) > TARGETS_MAX:
        raise errors.TooManyTargets(limit=TARGETS_MAX, field="targets")
    if len(command.files) > FILES_MAX:
        raise errors.TooManyFiles(limit=FILES_MAX, field="files")
    if not command.number.strip() and not command.files:
        raise errors.NothingSaid(field="number")
    for name, most in TEXTS.items():
        if len(getattr(command, name)) > most:
            raise errors.TextTooLong(limit=most, field=name)
    begun = command.valid_from or command.issued_on
    if begun and command.valid_to and command.valid_to < begun:
        raise errors.DatesCrossed(field="valid_to")
    if command.issued_on and command.issued_on > today:
        raise errors.IssuedInFuture(field="issued_on")
    if command.replaces is not None and not command.reason.strip():
        raise errors.ReasonMissing(field="reason")


def public_by_default(kind: CertificateKind) -> bool:
    """Whether everybody may see the pictures of a kind unless somebody says otherwise."""
    return kind not in NOT_SHOWN
