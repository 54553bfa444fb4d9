"""What a scanned text means, who may open whom, what a visit must say."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from support.named import a_uscc

from app.blobs.terms import Blob
from app.credit.inspections import errors, rules
from app.credit.inspections.terms import Branch, NoteVisit, Purpose, SiteState
from ledger.kernel.zone import SHANGHAI
from ledger.subjects.terms import SubjectStatus

NOW = datetime(2026, 8, 15, 10, 30, tzinfo=SHANGHAI)
USCC = a_uscc(1)
PHOTO = Blob(sha256=b"\0" * 32, size=1, media_type="image/jpeg")


@pytest.mark.parametrize(
    ("text", "usccs", "licences", "words"),
    [
        (USCC, (USCC,), (), ""),
        (f"http://www.gsxt.gov.cn/index?uniscid={USCC}&sign=1", (USCC,), (), ""),
        (f"统一社会信用代码：{USCC.lower()}\n名称：某店", (USCC,), (), ""),
        (USCC[:-1] + ("0" if USCC[-1] != "0" else "1"), (), (), None),
        ("许可证编号 JY13502060000001 有效期至", (), ("JY13502060000001",), ""),
        ("SC10535020300017", (), ("SC10535020300017",), ""),
        ("  阿嬷   杂货铺 ", (), (), "阿嬷 杂货铺"),
        ("", (), (), ""),
    ],
)
def test_numbers_are_found_in_what_was_scanned(text, usccs, licences, words):
    found = rules.sought(text)
    assert (found.usccs, found.licences) == (usccs, licences)
    assert found.words == (text if words is None else words)


@pytest.mark.parametrize(
    ("division", "stem"),
    [("350200", "3502"), ("350206", "350206"), ("350000", "35"), ("360481001", "360481001")],
)
def test_a_citys_code_stands_for_all_of_it(division, stem):
    assert rules.stem_of(division) == stem


@pytest.mark.parametrize(
    ("stem", "divisions", "may"),
    [
        (None, ("350203",), True),
        ("", ("350203",), True),
        ("350206", ("350206",), True),
        ("350206", ("350206001",), True),
        ("350206", ("350203",), False),
        ("350206", ("350203", "350206"), True),  # one of its premises lies here
        ("350206", ("350200",), True),  # registered with the city
        ("350206", ("360400",), False),
        ("350206", ("", ""), True),
        ("3502", ("350203",), True),
    ],
)
def test_a_branch_opens_its_own_district(stem, divisions, may):
    branch = None if stem is None else Branch(subject_id=1, name="分局", stem=stem)
    assert rules.is_branchs(branch, divisions) is may


def a_visit(**said):
    return NoteVisit(
        **{"subject_id": 1, "purpose": Purpose.ROUTINE, "results": ("1",), "came_at": NOW, **said}
    )


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"left_at": NOW - timedelta(minutes=1)}, errors.TimesReversed),
        ({"came_at": NOW + timedelta(hours=1)}, errors.TimeNotNow),
        ({"left_at": NOW + timedelta(hours=1)}, errors.TimeNotNow),
        ({"came_at": NOW - timedelta(days=31)}, errors.TimeNotNow),
        ({"results": ()}, errors.ResultMissing),
        ({"results": ("Z",)}, errors.ResultMissing),
        ({"results": ("1", "A")}, errors.ResultsContradict),
        ({"said": "长" * 1001}, errors.TextTooLong),
        ({"next_step": "长" * 1001}, errors.TextTooLong),
    ],
)
def test_what_is_no_visit_is_refused(said, refusal):
    with pytest.raises(refusal):
        rules.check_visit(a_visit(**said), NOW)


@pytest.mark.parametrize(
    ("said", "status", "expected"),
    [
        ({}, "active", None),
        ({"state": "closed", "results": ("7",), "photos": (PHOTO,)}, "active", "closed"),
        ({"state": "open", "photos": (PHOTO,)}, "closed", "active"),
        ({"state": "closed", "results": ("7",)}, "active", errors.PhotoMissing),
        ({"state": "closed", "photos": (PHOTO,)}, "active", errors.ClosedResultMissing),
        ({"state": "closed", "photos": (PHOTO,)}, "closed", errors.StateAlready),
        ({"state": "open", "photos": (PHOTO,)}, "active", errors.StateAlready),
        ({"state": "open", "photos": (PHOTO,)}, "revoked", errors.NotAnyMore),
    ],
)
def test_the_state_changes_with_a_photograph_only(said, status, expected):
    if "state" in said:
        said = said | {"state": SiteState(said["state"])}
    command = a_visit(**said)
    if isinstance(expected, type):
        with pytest.raises(expected):
            rules.new_status(command, SubjectStatus(status))
    else:
        found = rules.new_status(command, SubjectStatus(status))
        assert found == (SubjectStatus(expected) if expected else None)
