"""Facts about firms beside each other: industry, address, representative, telephone, branches.

They come from registration records and the ledger's subjects; all of a city is read at once.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from app.credit.classification.terms import SCHEME
from app.credit.records.queries import agencies, item_rows
from app.credit.scoring.queries import columns_of, runs_of
from app.credit.scoring.terms import (
    Fact,
    FactColumn,
    FactRow,
    FactSource,
    Kind,
    Objects,
    ObjectSource,
    Scheme,
)
from ledger.kernel.uow import UnitOfWork

_DIVISION = re.compile(r"\d{2}")
_LARGE = 5_000  # ten thousand yuan
_SUBJECTS = text("""
    SELECT id FROM subject WHERE registered AND merged_into IS NULL AND uscc <> '' ORDER BY id
""")
_PLACES = text("""
    SELECT id, address, phone FROM subject
    WHERE registered AND merged_into IS NULL AND uscc <> '' AND (address <> '' OR phone <> '')
""")
_USCCS = text("SELECT id, uscc FROM subject WHERE uscc = ANY(CAST(:usccs AS text[]))")
Rows = list[tuple[int, FactRow]]


@dataclass(frozen=True, slots=True)
class _Firm:
    """What a registration record says."""

    record: int
    day: int
    industry: str
    capital: str
    legal_person: str


def _firms(uow: UnitOfWork, as_of: date) -> Mapping[int, _Firm]:
    fields = ("industry", "capital", "legal_person")
    found: dict[int, _Firm] = {}
    for subject, record, day, said in item_rows(uow, "registration.basic", as_of, fields):
        found[subject] = _Firm(record, day, *said)
    return found


def _industry(uow: UnitOfWork, as_of: date) -> Rows:
    """The two digits of GB/T 4754 a registration names."""
    return [
        (subject, FactRow(text=match[0], evidence=firm.record))
        for subject, firm in _firms(uow, as_of).items()
        if (match := _DIVISION.search(firm.industry))
    ]


def _staffless(uow: UnitOfWork, as_of: date) -> Rows:
    """No insured staff by the last payment on file, and a large capital."""
    large = {
        subject
        for subject, firm in _firms(uow, as_of).items()
        if firm.capital.split(".")[0].isdecimal() and int(firm.capital.split(".")[0]) >= _LARGE
    }
    staff: dict[int, tuple[int, int, str]] = {}
    for subject, record, day, said in item_rows(uow, "annual_report", as_of, ("staff_count",)):
        if subject in large and said[0].strip():
            staff[subject] = max(staff.get(subject, (0, 0, "")), (day, record, said[0]))
    return [
        (subject, FactRow(value=1000, on=day, evidence=record))
        for subject, (day, record, count) in staff.items()
        if count.strip("0. ") == ""
    ]


def _counted(groups: Mapping[str, Iterable[int]], others: frozenset[int] | None = None) -> Rows:
    """How many share what each subject has; ``others``: only those of them are counted."""
    rows: Rows = []
    for members in groups.values():
        listed = sorted(set(members))
        counted = len(listed) if others is None else len(others.intersection(listed))
        if counted > 1:
            rows += [(subject, FactRow(value=1000 * counted)) for subject in listed]
    return rows


def _shared_address(uow: UnitOfWork, _as_of: date) -> Rows:
    groups: dict[str, list[int]] = defaultdict(list)
    for row in uow.session.execute(_PLACES):
        if len(where := "".join(row.address.split())) > 5:
            groups[where].append(row.id)
    return _counted(groups)


def _risky(uow: UnitOfWork, as_of: date) -> frozenset[int]:
    """Firms that are listed now, or had class D by the last run before the day."""
    listed = frozenset(_listed(uow, as_of))
    earlier = [run for run in runs_of(uow, SCHEME) if run.as_of < as_of]
    if not earlier:
        return listed
    columns = columns_of(uow, earlier[0])
    worst = columns.ids[columns.ranks == len(columns.scheme.classes) - 1]
    return listed | frozenset(worst.tolist())


def _listed(uow: UnitOfWork, as_of: date) -> Mapping[int, int]:
    """Firms in the abnormal list or dishonest debtors, with the record that says so."""
    found: dict[int, int] = {}
    for item in ("list.abnormal", "list.abnormal_mark", "court.dishonest_debtor"):
        rows = item_rows(uow, item, as_of, ("ended_on",))
        found |= {row[0]: row[1] for row in rows if not row[3][0] or row[3][0] > str(as_of)}
    return found


def _contact(uow: UnitOfWork, as_of: date) -> Rows:
    groups: dict[str, list[int]] = defaultdict(list)
    for row in uow.session.execute(_PLACES):
        if len(row.phone) > 6:
            groups[row.phone].append(row.id)
    return _counted(groups, _risky(uow, as_of))


def _related(uow: UnitOfWork, as_of: date) -> Rows:
    """Another firm with the same representative and telephone is listed; a name alone is nobody."""
    phones = {row.id: row.phone for row in uow.session.execute(_PLACES) if row.phone}
    listed = _listed(uow, as_of)
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for subject, firm in _firms(uow, as_of).items():
        if firm.legal_person and subject in phones:
            groups[firm.legal_person, phones[subject]].append(subject)
    rows: Rows = []
    for members in groups.values():
        for subject in members:
            other = next((one for one in members if one != subject and one in listed), None)
            if other is not None:
                rows.append((subject, FactRow(value=1000, evidence=listed[other])))
    return rows


def _branches(uow: UnitOfWork, as_of: date) -> Rows:
    """A branch has been punished within three years."""
    owners: dict[str, int] = {}
    for subject, _, _, (uscc,) in item_rows(uow, "registration.branch", as_of, ("branch_uscc",)):
        if uscc:
            owners[uscc] = subject
    if not owners:
        return []
    ids = uow.session.execute(_USCCS, {"usccs": list(owners)})
    owner_of = {row.id: owners[row.uscc] for row in ids}
    punished: Rows = []
    since = as_of.replace(year=as_of.year - 3, day=min(as_of.day, 28))
    for subject, record, day, _ in item_rows(uow, "penalty.decision", as_of, ()):
        if subject in owner_of and day >= (since - date(1970, 1, 1)).days:
            punished.append((owner_of[subject], FactRow(value=1000, on=day, evidence=record)))
    return punished


_WHAT: Mapping[str, tuple[Callable[[UnitOfWork, date], Rows], bool]] = {
    "industry": (_industry, True),
    "staffless": (_staffless, False),
    "shared_address": (_shared_address, False),
    "contact": (_contact, False),
    "related": (_related, False),
    "branches": (_branches, False),
}


def _gather(
    uow: UnitOfWork, facts: Sequence[Fact], objects: Objects, as_of: date
) -> tuple[FactColumn, ...]:
    found = []
    for fact in facts:
        work, worded = _WHAT[str(fact.keys["what"])]
        found.append(FactColumn.of(fact.name, work(uow, as_of), text=worded))
    return tuple(found)


def _registered(uow: UnitOfWork, _scheme: Scheme, kind: Kind, _as_of: date) -> Objects:
    """Subjects with a USCC, without those merged into others and the agencies themselves."""
    told = {agency.subject_id for agency in agencies(uow).values()}
    ids = [at for at in uow.session.scalars(_SUBJECTS) if at not in told]
    return Objects.of_subjects(ids, kind.name)


FIRMS = FactSource(
    name="firms",
    gather=_gather,
    required=frozenset({"what"}),
    check=lambda keys: "" if keys.get("what") in _WHAT else "what",
)
"""``[facts.NAME] from = "firms"``: what registration says of a firm beside others."""
REGISTERED = ObjectSource(name="registered", gather=_registered)
"""``[[objects]] from = "registered"``: all enterprises and sole traders."""
