"""B3: annual reports filed of those due, and what was submitted for publication."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from support.people import uscc_numbered
from support.records import a_record, agencies_on_file

from app.credit.records.model import RecordRow, UploadRow
from app.credit.records.queries import agency_by_code, catalogue
from app.credit.records.queries.publicity import punctuality
from app.credit.records.queries.rates import publication_counts, report_rate
from app.credit.records.rules.identity import APART, record_id
from app.credit.records.services import withdraw_record
from app.credit.records.terms import ReportRate, WithdrawRecord
from ledger.kernel.actor import PUBLIC, NobodySignedIn
from ledger.kernel.zone import SHANGHAI
from ledger.subjects.services import settle_subjects
from ledger.subjects.terms import RegisterSubject, SubjectKind

FIRMS, FILED, TRADERS = 161, 159, 12


def _registered(uow, count: int, start: int, department: str) -> list[int]:
    kinds = (SubjectKind.OTHER,)
    codes = [uscc_numbered(number, kind=department) for number in range(start, start + count)]
    named = [RegisterSubject(uscc=it, name=f"主体{it}", kinds=kinds) for it in codes]
    return settle_subjects(uow, named)


def _say(uow, code: str, subjects: list[int], on: date, **said: str) -> None:
    item, agency = catalogue(uow).item(code, uow.today), agency_by_code(uow, "samr")
    for subject_id in subjects:
        uow.session.add(
            RecordRow(
                subject_id=subject_id,
                upload_id=1,
                id=record_id(item.id, agency.id, f"{on}{said}"),
                recorded_at=uow.now,
                decided_on=on,
                item_id=item.id,
                agency_id=agency.id,
                by_item=item.by_item,
                said=APART.join(said.get(one.name, "") for one in item.fields),
            )
        )
    uow.session.flush()


def test_b3_the_report_rate_rounds_to_98_76_percent(uow) -> None:
    """B3: 2021, firms 98.76 %, sole traders 100 %: filed ÷ due on the fixture."""
    agencies_on_file(uow)
    firms, traders = _registered(uow, FIRMS, 1, "91"), _registered(uow, TRADERS, 1, "92")
    young = _registered(uow, 3, 500, "91")
    _say(uow, "registration.basic", [*firms, *traders], date(2019, 3, 1))
    _say(uow, "registration.basic", young, date(2022, 2, 1))  # owe none for 2021
    _say(uow, "annual_report", [*firms[:FILED], *traders, *young], date(2022, 6, 1), year="2021")
    _say(uow, "annual_report", firms[FILED:], date(2022, 6, 1), year="2020")  # another year's
    rates = {one.form: one for one in report_rate(uow, 2021)}
    assert (rates["firm"].filed, rates["firm"].due) == (FILED, FIRMS)
    assert rates["firm"].percent == "98.76"
    assert rates["sole_trader"].percent == "100.00"
    agency, report = agency_by_code(uow, "samr"), catalogue(uow).item("annual_report", uow.today)
    number = record_id(report.id, agency.id, f"{date(2022, 6, 1)}{ {'year': '2021'} }")
    withdraw = WithdrawRecord(subject_id=firms[0], record_id=number, reason="误报")
    withdraw_record(uow, withdraw)
    assert report_rate(uow, 2021)[0].filed == FILED - 1


@pytest.mark.parametrize(
    ("filed", "due", "percent"),
    [
        (0, 0, ""),
        (0, 3, "0.00"),
        (1, 3, "33.33"),
        (2, 3, "66.67"),
        (1, 8, "12.50"),
        (1, 16, "6.25"),
    ],
)
def test_a_rate_has_two_decimals_rounded_half_up(filed: int, due: int, percent: str) -> None:
    assert ReportRate(year=2021, form="firm", due=due, filed=filed).percent == percent


def test_b3_what_was_submitted_for_publication_is_counted_by_day(uow, units_of) -> None:
    """B3: 175,678 records in all, 11,901 of them in January to August 2022."""
    agencies_on_file(uow)
    agency = agency_by_code(uow, "samr")
    known = catalogue(uow)
    for code, added, day in [
        ("licence.decision", 11_000, datetime(2022, 1, 1, tzinfo=SHANGHAI)),
        ("penalty.decision", 901, datetime(2022, 8, 31, 23, 59, tzinfo=SHANGHAI)),
        ("penalty.decision", 163_777, datetime(2022, 9, 1, tzinfo=SHANGHAI)),
        ("tax.payment", 9_999, datetime(2022, 3, 1, tzinfo=SHANGHAI)),  # not public
    ]:
        item = known.item(code, uow.today)
        row = UploadRow(agency_id=agency.id, item_id=item.id, channel="api", at=day, added=added)
        row.updated_at = day
        uow.session.add(row)
    uow.session.flush()
    found = publication_counts(uow, date(2022, 1, 1), date(2022, 8, 31))
    assert (found.total, found.licences, found.penalties) == (11_901, 11_000, 901)
    assert publication_counts(uow, date(2022, 1, 1), date(2022, 12, 31)).total == 175_678
    with units_of(PUBLIC) as unit, pytest.raises(NobodySignedIn):
        publication_counts(unit, date(2022, 1, 1), date(2022, 8, 31))


def test_the_two_publicities_are_kept_or_late_by_agency_and_item(uow) -> None:
    """Recorded on 15 August 2026; the seventh working day before was 6 August."""
    agencies_on_file(uow)
    for number, day in enumerate(("2026-08-06", "2026-08-05", "2026-08-04")):
        a_record(uow, "penalty.decision", "health", document_no=f"罚{number}", decided_on=day)
    a_record(uow, "licence.decision", decided_on="2026-08-14")
    a_record(uow, "utility.power", "power", happened_on="2026-08-05")  # has no such clock
    found = punctuality(uow, date(2026, 8, 1), date(2026, 8, 15))
    told = [(one.agency.code, one.item.code, one.timely, one.late) for one in found]
    assert told == [("samr", "licence.decision", 1, 0), ("health", "penalty.decision", 1, 2)]
