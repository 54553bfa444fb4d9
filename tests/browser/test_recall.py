"""A recall in a real browser: a shop answers on a phone without an account, the office sees it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.papers import a_photo

pytestmark = pytest.mark.browser
PHONE, DESK = 390, 1280
Open = Callable[..., AbstractContextManager[Page]]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_shop_answers_on_its_phone_and_the_cockpit_shows_it(
    opened: Open, names: dict[str, Any], tmp_path: Path, *, script: bool
) -> None:
    photo = tmp_path / "shelf.jpg"
    photo.write_bytes(a_photo())
    said = f"已下架封好 {script}"
    with opened(PHONE, script=script) as tab:
        tab.goto(f"/r/{names['recall_link']}")
        expect(tab.locator("h1")).to_have_text("现在就下架封存")
        tab.check("input[name=answer][value=counted]")
        tab.fill("#quantity", "7")
        tab.fill("#remark", said)
        tab.set_input_files("#photo_1", photo)
        tab.click("#answer button:has-text('交回报')")
        tab.wait_for_url(f"**/r/{names['recall_link']}**")
        expect(tab.locator("#said")).to_contain_text(said)
    with opened(DESK, "zhifa") as tab:
        tab.goto(f"/recalls/cases/{names['recall']}?only=answered")
        tab.goto(f"/recalls/cases/{names['recall']}")
        expect(tab.locator("#holders")).to_contain_text("7")
        tab.click("#holders a:has-text('看回报') >> nth=0")
        expect(tab.locator("main")).to_contain_text(said)


def test_a_wrong_answer_comes_back_filled_in(opened: Open, names: dict[str, Any]) -> None:
    with opened(PHONE) as tab:
        tab.goto(f"/r/{names['recall_link']}")
        tab.check("input[name=answer][value=returned]")
        tab.fill("#quantity", "很多")
        tab.fill("#remark", "退给送货的了")
        tab.click("#answer button:has-text('交回报')")
        expect(tab.locator(".errors")).to_be_visible()
        expect(tab.locator("#remark")).to_have_value("退给送货的了")


def test_everybody_sees_the_banner_and_the_notice(opened: Open, names: dict[str, Any]) -> None:
    with opened(PHONE) as tab:
        tab.goto("/recalls")
        tab.click(f"a[href*='{names['recall_number']}'] >> nth=0")
        expect(tab.locator("main")).to_contain_text(names["recall_number"])


def test_the_office_takes_the_next_step_and_saves_the_case(
    opened: Open, names: dict[str, Any], tmp_path: Path
) -> None:
    with opened(DESK, "zhifa") as tab:
        tab.goto(f"/recalls/cases/{names['recall']}")
        with tab.expect_download() as coming:
            tab.click("a:has-text('案卷 xlsx')")
        path = tmp_path / coming.value.suggested_filename
        coming.value.save_as(path)
        assert path.read_bytes().startswith(b"PK")
        with tab.expect_download() as report:
            tab.click("button:has-text('报告')")
        path = tmp_path / "report.pdf"
        report.value.save_as(path)
        assert path.read_bytes().startswith(b"%PDF")
