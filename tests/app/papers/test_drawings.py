"""Sheets that are drawn: the same shapes as PDF and as SVG, and their codes are read back."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from xml.etree import ElementTree as ET

import pypdfium2
import pytest
import zxingcpp

from app.papers.services import drawn_pdf, drawn_svg
from app.papers.terms import Disc, Drawing, Letters, Outline, Squares, Stroke
from ledger.kernel.zone import SHANGHAI
from scanner.symbols.errors import NotDrawable
from scanner.symbols.render import sign_rows

AT = datetime(2026, 8, 15, 10, 30, tzinfo=SHANGHAI)
URL = "https://suyuan.example.cn/s/8K2M4QTDXY7Z?c=" + "0123456789ABCDEFGHJK" * 6
SHEET = Drawing(
    wide=148,
    high=210,
    about="牌 <1>",
    shapes=(
        Outline(corners=((10, 10), (20, 10), (20, 20)), fill="#0b6a55"),
        Disc(x=40, y=40, radius=10, fill="#a81f18"),
        Disc(x=40, y=70, radius=10, fill="#5a5566", edge=1, dashed=True),
        Stroke(points=((10, 90), (60, 90)), width=1, colour="#000000"),
        Letters(x=74, y=110, text="阿嬷杂货铺 & <A>", size=20, bold=True, anchor="middle"),
        Letters(x=138, y=120, text="右", size=9, anchor="end"),
        Squares(x=50, y=130, side=48, rows=sign_rows(URL)),
    ),
)


def test_a_sheet_is_a_page_of_its_size_whose_words_and_code_are_read_back():
    file = pypdfium2.PdfDocument(BytesIO(drawn_pdf([SHEET, SHEET], "牌", AT)))
    try:
        assert len(file) == 2
        page = file[0]
        assert [round(side * 25.4 / 72) for side in page.get_size()] == [148, 210]
        words = page.get_textpage()
        assert "阿嬷杂货铺 & <A>" in words.get_text_range()
        words.close()
        picture = page.render(scale=2).to_pil()
        page.close()
    finally:
        file.close()
    (found,) = zxingcpp.read_barcodes(picture)
    assert (found.text, found.ec_level) == (URL, "Q")


def test_the_same_sheet_is_the_same_file():
    assert drawn_pdf([SHEET], "牌", AT) == drawn_pdf([SHEET], "牌", AT)


def test_an_svg_of_a_sheet_is_well_formed_and_has_no_style_and_no_link():
    drawn = drawn_svg(SHEET)
    root = ET.fromstring(drawn)
    assert root.get("width") == "148mm"
    assert "style" not in drawn
    assert "href" not in drawn
    assert [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")] == [
        "阿嬷杂货铺 & <A>",
        "右",
    ]


def test_what_no_code_holds_is_refused():
    with pytest.raises(NotDrawable):
        sign_rows("x" * 3_000)
