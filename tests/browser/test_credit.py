"""Credit in a real browser: an agency sends a file, a subject objects, a passer-by scans a sign."""

from __future__ import annotations

import csv
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.agencies import a_penalty

pytestmark = pytest.mark.browser
PHONE, DESK = 390, 1280
READ_MS = 30_000  # the worker takes the file from its queue
Open = Callable[..., AbstractContextManager[Page]]
HEADS = {
    "uscc": "统一社会信用代码",
    "name": "主体名称",
    "document_no": "决定文书号",
    "violation": "违法行为类型",
    "facts": "主要事实",
    "basis": "法律依据",
    "penalty_kinds": "处罚类别",
    "content": "内容",
    "fine": "罚款金额（万元）",
    "decided_on": "决定日期",
    "organ": "决定机关",
    "organ_uscc": "决定机关统一社会信用代码",
    "source_unit": "数据来源单位",
    "source_uscc": "数据来源单位统一社会信用代码",
}


def test_an_agency_uploads_a_file_and_reads_what_was_not_taken(
    opened: Open, names: dict[str, Any], tmp_path: Path
) -> None:
    uscc = names["own_uscc"]
    rows = [a_penalty(901, uscc=uscc), a_penalty(902, uscc=uscc, basis="")]
    path = tmp_path / "penalties.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADS.values())
        out.writerows([row.get(name, "") for name in HEADS] for row in rows)
    with opened(DESK, "baosong") as tab:
        tab.goto("/records/uploads")
        tab.select_option("#item", "penalty.decision")
        tab.set_input_files("#file", path)
        tab.click("#upload button:has-text('上传')")
        tab.wait_for_url("**/records/uploads/*")
        left_empty = expect(tab.locator("main"))
        left_empty.to_contain_text("法律依据", timeout=READ_MS)
        expect(tab.locator("h1")).to_have_count(1)


def test_a_subject_objects_to_a_record_and_sees_its_mark(
    opened: Open, names: dict[str, Any]
) -> None:
    with opened(PHONE, "dianzhu") as tab:
        tab.goto(f"/subjects/{names['subject']}/credit")
        tab.click("a:has-text('提异议') >> nth=0")
        tab.fill("#grounds", "罚款已经撤销，请核对")
        tab.click("#objection button:has-text('提交异议')")
        tab.wait_for_url("**/objections/*")
        expect(tab.locator("main")).to_contain_text("罚款已经撤销")
        tab.goto(f"/subjects/{names['subject']}/credit")
        expect(tab.locator("main")).to_contain_text("异议处理中")


def test_a_passer_by_scans_the_sign_and_reads_the_grade(
    opened: Open, names: dict[str, Any]
) -> None:
    with opened(PHONE) as tab:
        answer = tab.goto(f"/s/{names['sign']}")
        assert answer is not None
        assert answer.status == 200
        expect(tab.locator("h1")).to_have_count(1)
        expect(tab.locator("main")).to_contain_text("有效")
        wider = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert tab.evaluate(wider) <= 0
