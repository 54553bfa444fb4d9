"""Three people's stories, whole, in a real browser on the running program."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from python_calamine import load_workbook
from support.live import Site
from support.papers import a_photo

from app.demo import sheet_of

pytestmark = pytest.mark.browser
PHONE, DESK = 390, 1280
Open = Callable[..., AbstractContextManager[Page]]


def rows_of(path: Path, sheet: int = 0) -> list[list[Any]]:
    return load_workbook(path).get_sheet_by_index(sheet).to_python()


def saved(tab: Page, tmp_path: Path, link: str) -> Path:
    with tab.expect_download() as coming:
        tab.click(link)
    path = tmp_path / coming.value.suggested_filename
    coming.value.save_as(path)
    return path


def fill_receipt(tab: Page, site: Site, quantity: str) -> None:
    expect(tab.locator("h1")).to_have_text("登记进货")
    expect(tab.locator("main")).to_contain_text("舒宁敏 蛋白固体饮料")
    tab.fill("#supplier", site.story.wholesaler)
    tab.fill("#quantity", quantity)
    tab.fill("#certificate", "ZJ-1")
    tab.click("button:has-text('报送这一笔')")
    tab.wait_for_url("**/entries/*")
    expect(tab.locator("main")).to_contain_text("已入账")


def test_a_shop_signs_in_scans_a_delivery_corrects_it_and_takes_the_book_home(
    opened: Open, site: Site, tmp_path: Path
) -> None:
    with opened(PHONE, "dianzhu") as tab:
        tab.goto("/")
        tab.goto("/operator")
        tab.click(".tabbar .scan")
        tab.wait_for_url("**/receipt?code=*", timeout=20_000)
        fill_receipt(tab, site, "7")
        reference = tab.url.rsplit("/", 1)[1]
        tab.goto("/book")
        expect(tab.locator("tbody tr").first).to_contain_text("舒宁敏")
        tab.click(f"a[href='/entries/{reference}']")
        tab.click("a:has-text('更正这一笔')")
        tab.fill("#quantity", "6")
        tab.fill("#reason", "数错了")
        tab.click("button:has-text('报送更正')")
        tab.wait_for_url(lambda url: "/correct" not in url)
        expect(tab.locator("main")).to_contain_text("更正经过")
        tab.goto(f"/entries/{reference}")
        expect(tab.locator("main")).to_contain_text("这一笔已被更正")
        tab.goto("/book")
        sheet = rows_of(saved(tab, tmp_path, "a:has-text('xlsx')"))
        drink = [row for row in sheet if site.story.lot in map(str, row)]
        assert {"6", "7"} <= {f"{cell}".removesuffix(".0") for row in drink for cell in row}


def test_a_shop_files_by_photograph_and_by_typing_without_scripts(
    opened: Open, site: Site, label: Image.Image, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.png"
    label.save(photo)
    with opened(PHONE, "dianzhu", script=False) as tab:
        tab.goto("/scan?for=receipt")
        tab.set_input_files("input[name=picture]", photo)
        tab.click("button:has-text('送去识别')")
        assert "/receipt?code=" in tab.url
        tab.fill("#quantity", "一打")
        tab.click("button:has-text('报送这一笔')")
        expect(tab.locator(".errors")).to_be_visible()
        assert tab.title().startswith("有 1 处要改")
        assert tab.input_value("#quantity") == "一打"
        fill_receipt(tab, site, "5")
        tab.goto("/scan?for=receipt")
        tab.fill("#text", site.story.gtin[1:])
        tab.click("button:has-text('查')")
        expect(tab.locator("main")).to_contain_text("舒宁敏 蛋白固体饮料")
        expect(tab.locator("#lot")).to_be_visible()


def test_a_shop_photographs_a_certificate_and_a_passer_by_looks_at_it(
    opened: Open, site: Site, tmp_path: Path
) -> None:
    photo = tmp_path / "IMG_0815.jpg"
    photo.write_bytes(a_photo())
    lot = site.one("SELECT id FROM lot WHERE number = :lot", lot=site.story.lot)
    with opened(PHONE, "dianzhu") as tab:
        tab.goto(f"/certificates/new?lot_id={lot}")
        tab.set_input_files("#photo", photo)
        tab.select_option("#kind", "SELFTEST")
        tab.fill("#number", "KJ-0815")
        tab.click("main form button.btn--primary")
        expect(tab.locator("h1")).to_contain_text("自检合格证明")
        expect(tab.locator("main")).to_contain_text("KJ-0815")
        assert _width_of(tab) == 480  # upright: the telephone lay on its side
    with opened(PHONE, "") as tab:
        tab.goto(f"/01/{site.story.gtin}/10/{site.story.lot}")
        expect(tab.locator("main")).to_contain_text("KJ-0815")
        tab.click(".cert:has-text('KJ-0815') a")
        expect(tab.locator("h1")).to_contain_text("自检合格证明")
        assert _width_of(tab) == 480


def _width_of(tab: Page) -> int:
    """How many pixels wide the first picture of a certificate is."""
    picture = tab.locator(".papers img").first
    picture.scroll_into_view_if_needed()
    expect(picture).to_be_visible()
    tab.wait_for_function("() => document.querySelector('.papers img').complete")
    return int(picture.evaluate("image => image.naturalWidth"))


def test_a_shop_sends_a_sheet_and_sees_which_cells_were_refused(
    opened: Open, site: Site, tmp_path: Path
) -> None:
    sheet = tmp_path / "进货台账.xlsx"
    sheet.write_bytes(sheet_of(site.story))
    with opened(PHONE, "dianzhu") as tab:
        tab.goto("/uploads")
        tab.set_input_files("#file", sheet)
        tab.click("main form button.btn--primary")
        tab.wait_for_url("**/uploads/*")
        expect(tab.locator(".answer")).to_contain_text("2 行已入账", timeout=30_000)
        expect(tab.locator(".answer")).to_contain_text("1 行没有收")
        expect(tab.locator("main")).to_contain_text("进货台账!C5")
        expect(tab.locator("main")).to_contain_text("校验码应为")
        assert "{" not in tab.inner_text("main")
        refused = rows_of(saved(tab, tmp_path, "a:has-text('下载未收行表')"))
        assert any("校验码应为" in str(cell) for row in refused for cell in row)
    with opened(PHONE, "dianzhu", script=False) as tab:
        tab.goto("/uploads")
        tab.set_input_files("#file", sheet)
        tab.click("main form button.btn--primary")
        expect(tab.locator("main")).to_contain_text("这个文件传过了，没有再入账")


PRIVATE = ("1390592", "筼筜", "供应链", "700", "460", "1,200", "PS-90", "CK-1001")


@pytest.mark.parametrize("script", [True, False])
def test_a_consumer_scans_and_reads_the_public_page(opened: Open, site: Site, script: bool) -> None:
    with opened(PHONE, script=script) as tab:
        tab.goto(f"/01/{site.story.gtin}/10/{site.story.lot}")
        expect(tab.locator("h1")).to_have_text("舒宁敏 蛋白固体饮料")
        seen = tab.inner_text("body")
        assert site.story.lot in seen
        assert [text for text in PRIVATE if text in seen] == []
        assert not re.search(r"\b1[3-9]\d{9}\b", seen)
        tab.click("header a[hreflang=en]")
        expect(tab.locator("html")).to_have_attribute("lang", "en")
        expect(tab.locator("main")).to_contain_text("Who made it")
        tab.click("header a[hreflang=zh-CN]")
        tab.goto("/scan")
        tab.fill("#text", site.story.gtin[1:])
        tab.click("button:has-text('查')")
        tab.wait_for_url(f"**/01/{site.story.gtin}")
        tab.fill("#lot", site.story.lot)
        tab.click("button:has-text('查这一批')")
        expect(tab.locator(".lot__v")).to_have_text(site.story.lot)


def test_a_consumers_camera_leads_to_the_public_page(opened: Open, site: Site) -> None:
    with opened(PHONE) as tab:
        tab.goto("/scan")
        tab.wait_for_url(f"**/01/{site.story.gtin}/10/{site.story.lot}", timeout=20_000)
        expect(tab.locator("h1")).to_have_text("舒宁敏 蛋白固体饮料")


def test_a_stopped_lot_says_so_before_anything_else(opened: Open, site: Site) -> None:
    with opened(PHONE, script=False) as tab:
        tab.goto(site.held_lot)
        banner = tab.locator("main > .recall")
        expect(banner).to_contain_text("请不要食用")
        place = banner.bounding_box()
        assert place is not None
        assert place["y"] < 100


@pytest.mark.parametrize("script", [True, False])
def test_an_inspector_traces_a_lot_both_ways_and_takes_it_away(
    opened: Open, site: Site, tmp_path: Path, script: bool
) -> None:
    with opened(DESK, "zhifa", script=script) as tab:
        tab.goto("/trace")
        tab.fill(".search input[name=q]", site.story.gtin[1:])
        tab.press(".search input[name=q]", "Enter")
        tab.wait_for_url("**/trace?code=*")
        tab.goto(f"/trace?code={site.story.gtin}&lot={site.story.lot}&direction=down")
        expect(tab.locator("h1")).to_contain_text(site.story.lot)
        expect(tab.locator(".answer")).to_contain_text("结果完整")
        holders = int(re.findall(r"持有者 (\d+)", tab.inner_text("#holders h2"))[0])
        edges = tab.locator("svg.lanes path[data-from]").count()
        assert holders > 10
        assert edges > 10
        sheets = saved(tab, tmp_path, "a:has-text('导出')")
        names = load_workbook(sheets).sheet_names
        by_name = {name: rows_of(sheets, at) for at, name in enumerate(names)}
        assert holders + 1 == len(by_name["持有者"])
        movements = int(re.findall(r"(\d+) 条流转", tab.inner_text(".answer"))[0])
        assert movements + 1 == len(by_name["流转"])
        tab.click("svg.lanes a.n >> nth=1")
        assert "#h-" in tab.url
        tab.click(".seg a:has-text('树')")
        expect(tab.locator("ul.tree")).to_be_visible()
        tab.click(".seg a:has-text('向上溯源')")
        expect(tab.locator("svg.lanes, ul.tree").first).to_be_visible()
        assert "direction=up" in tab.url
        tab.click("#holders tbody a >> nth=0")
        assert "operator=" in tab.url
        tab.click("header a[hreflang=en]")
        expect(tab.locator("html")).to_have_attribute("lang", "en")


def test_an_inspectors_trace_prints_as_a_tree_on_paper(opened: Open, site: Site) -> None:
    with opened(DESK, "zhifa") as tab:
        tab.goto(f"/trace?code={site.story.gtin}&lot={site.story.lot}")
        tab.emulate_media(media="print")
        assert tab.is_visible("ul.tree")
        for hidden in (".rail", ".bar .search", "svg.lanes", ".page-head__actions"):
            assert not tab.is_visible(hidden), hidden
        assert len(tab.pdf(format="A4")) > 10_000


def test_a_look_up_is_found_in_the_audit_log(opened: Open, site: Site) -> None:
    with opened(DESK, "zhifa") as tab:
        tab.goto(f"/trace?code={site.story.gtin}&lot={site.story.lot}")
    with opened(DESK, "guanli") as tab:
        tab.goto("/audit")
        line = tab.locator("tbody tr", has_text=site.story.lot).first
        expect(line).to_contain_text("zhifa")


def test_an_inspectors_camera_leads_to_the_trace(opened: Open, site: Site) -> None:
    with opened(DESK, "zhifa") as tab:
        tab.goto("/scan")
        tab.wait_for_url("**/trace?code=*", timeout=20_000)
        expect(tab.locator("h1")).to_contain_text(site.story.lot)
