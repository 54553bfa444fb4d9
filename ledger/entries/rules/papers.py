"""L02, L03, L04 and L11: licences of operator and supplier, certificates of the goods."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from ledger.entries import errors
from ledger.entries.rules.findings import Effect, Finding
from ledger.entries.rules.limits import Limits
from ledger.entries.terms import EntryKind, Flag
from ledger.kernel.errors import Refusal
from ledger.kernel.identifiers.licence import categories
from ledger.subjects.terms import Licence, LicenceKind, Subject, SubjectKind, SubjectStatus

# Who makes food needs a production licence, who sells or cooks it a trade licence or filing;
# small workshops and stalls hold provincial papers (Food Safety Law 2021 Arts. 35 and 127).
MAKING = frozenset({LicenceKind.SC, LicenceKind.QS, LicenceKind.LOCAL})
TRADING = frozenset({LicenceKind.JY, LicenceKind.YB, LicenceKind.LOCAL})
MAKERS = frozenset({SubjectKind.PRODUCTION})
TRADERS = frozenset(
    {
        SubjectKind.DISTRIBUTION,
        SubjectKind.CATERING,
        SubjectKind.MARKET,
        SubjectKind.IMPORT,
    }
)
MADE = frozenset({EntryKind.PRODUCTION, EntryKind.TRANSFORMATION})
UNDER_LICENCE = MADE | {EntryKind.RECEIPT, EntryKind.DISPATCH}

Refusals = tuple[type[Refusal], type[Refusal], type[Refusal], type[Refusal]]
OWN: Refusals = (
    errors.OutOfBusiness,
    errors.LicenceLapsed,
    errors.LicenceMissing,
    errors.LicenceScope,
)
SUPPLIERS: Refusals = (
    errors.SupplierOutOfBusiness,
    errors.SupplierLicenceLapsed,
    errors.SupplierLicenceMissing,
    errors.SupplierLicenceScope,
)


def own_licence(
    subject: Subject, kind: EntryKind, days: tuple[date, date], category: str, limits: Limits
) -> Finding | None:
    """L02: may this operator do this on these days; ``days`` are the first and last it may mean."""
    if kind not in UNDER_LICENCE:
        return None
    return _judged("L02", subject, kind, days, category, (OWN, limits.own_licence, limits))


def supplier_licence(
    subject: Subject, days: tuple[date, date], category: str, limits: Limits, override: str
) -> Finding | None:
    """L03: might this supplier sell on these days; a stated reason lets a blocked one through."""
    found = _judged(
        "L03",
        subject,
        EntryKind.DISPATCH,
        days,
        category,
        (SUPPLIERS, limits.supplier_licence, limits),
    )
    if found and found.effect.refuses and override:
        return Finding(
            rule=found.rule,
            effect=Effect.WARN,
            refusal=found.refusal,
            field=found.field,
            flag=found.flag,
            params={**found.params, "override_reason": override},
        )
    return found


def _judged(
    rule: str,
    subject: Subject,
    kind: EntryKind,
    days: tuple[date, date],
    category: str,
    measure: tuple[Refusals, Effect, Limits],
) -> Finding | None:
    (closed, lapsed, missing, scope), effect, limits = measure

    def finding(refusal: type[Refusal], what: Effect, flag: Flag | None, **params: str) -> Finding:
        field = "operator" if rule == "L02" else "from"
        return Finding(
            rule=rule,
            effect=what,
            refusal=refusal,
            field=field,
            flag=flag,
            params={"name": subject.name, **params},
        )

    if subject.status is not SubjectStatus.ACTIVE:
        return finding(closed, effect, Flag.LICENCE, status=subject.status.value)
    allowed = allowed_licences(subject.kinds, kind)
    if allowed is None:
        return None
    held = [paper for paper in subject.licences if paper.kind in allowed]
    if not held:
        flag = Flag.LICENCE if subject.registered else None
        return finding(missing, limits.missing_licence, flag)
    current = [paper for paper in held if _overlaps(paper, days)]
    if not current:
        return finding(lapsed, effect, Flag.LICENCE, number=held[-1].number, on=str(days[1]))
    if category and not any(covers(paper, category) for paper in current):
        return finding(
            scope, limits.licence_scope, Flag.LICENCE, number=current[-1].number, category=category
        )
    return None


def allowed_licences(
    kinds: Iterable[SubjectKind], kind: EntryKind
) -> frozenset[LicenceKind] | None:
    """The licences under which an operator of these kinds may do this; None when it needs none.

    Farms sell their own produce without one, warehouses and others are not traders (Art. 35).
    """
    roles = frozenset(kinds)
    if kind in MADE and roles & MAKERS:
        return MAKING
    if kind in MADE and roles & {SubjectKind.FARM}:
        return None
    if roles & MAKERS:
        return MAKING | TRADING
    if SubjectKind.FARM in roles and not roles & TRADERS:
        return None
    if roles & TRADERS:
        return TRADING | MAKING
    return None if roles else MAKING | TRADING


def _overlaps(paper: Licence, days: tuple[date, date]) -> bool:
    first, last = days
    begins = paper.valid_from or date.min
    ends = paper.valid_to or date.max
    if begins > last or ends < first:
        return False
    return paper.revoked_on is None or paper.revoked_on > first


def covers(paper: Licence, category: str) -> bool:
    """Whether a licence names a food category, by name or code.

    A licence without scope, one whose scope speaks of trade forms rather than categories, and a
    category that is none of the official ones exclude nothing.
    """
    wanted, named = _codes((category,)), _codes(paper.scope)
    return not wanted or not named or bool(wanted & named)


@lru_cache(maxsize=4096)  # a city's licences name the same categories again and again
def _codes(words: tuple[str, ...]) -> frozenset[str]:
    known = categories()
    by_name = {name: code for code, name in known.items()}
    found = set()
    for word in words:
        code = by_name.get(word) or word.removeprefix("SC")
        code = f"1{code}" if len(code) == 2 else code
        if code in known:
            found.add(code)
    return frozenset(found)


def proof(kind: EntryKind, certificate: str, limits: Limits) -> Finding | None:
    """L04: goods come in, or are made, without a certificate."""
    if kind not in (EntryKind.RECEIPT, EntryKind.PRODUCTION) or certificate.strip():
        return None
    return Finding(
        rule="L04",
        effect=Effect.PENDING,
        refusal=errors.ProofPending,
        field="certificate",
        flag=Flag.PENDING_PROOF,
        params={"hours": limits.proof_hours},
    )


def proof_overdue(
    kind: EntryKind, at: int, pending_since: int | None, limits: Limits
) -> Finding | None:
    """L04: goods are sold whose certificate is missing for longer than allowed.

    ``at`` is the last second the sale may mean, ``pending_since`` when the goods came in.
    """
    if kind is not EntryKind.DISPATCH or pending_since is None:
        return None
    if at <= pending_since + limits.proof_hours * 3_600:
        return None
    return Finding(
        rule="L04",
        effect=limits.proof_effect,
        refusal=errors.ProofOverdue,
        field="lot",
        flag=Flag.PENDING_PROOF,
        params={"hours": limits.proof_hours},
    )
