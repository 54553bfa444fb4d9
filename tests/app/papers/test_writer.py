"""A paper is a PDF that can be read back: all its text, its font inside, its code on every page."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from support.issued import ORIGIN, a_paper

from app.papers import errors, writer
from app.papers.terms import Stamp

STAMP = Stamp(
    number="SY-20261122-ABCDEFGH",
    made_at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
    address=f"{ORIGIN}/papers/SY-20261122-ABCDEFGH",
)


def pages(content):
    return list(pypdfium2.PdfDocument(content))


def text_of(page):
    return page.get_textpage().get_text_range().replace("\r\n", "\n")


def test_all_that_was_said_stands_in_it():
    (page,) = pages(writer.pdf_of(a_paper().paper, STAMP))
    text = text_of(page)
    for said in ("尽职查验卷宗", "一、主体", "绿野蔬菜专业合作社", "某某超市第2分店", "扫码查看"):
        assert said in text
    assert "编号 SY-20261122-ABCDEFGH · 2026-11-22 09:30 · 第 1 / 1 页" in text


def test_the_head_of_a_table_and_the_code_stand_on_every_page():
    found = pages(writer.pdf_of(a_paper(rows=120).paper, STAMP))
    assert len(found) > 2
    for page in found[:-1]:
        assert "序号" in text_of(page)
    for page in found:
        (code,) = {read.text for read in zxingcpp.read_barcodes(page.render(scale=3).to_pil())} - {
            f"{ORIGIN}/01/06901234567892"
        }
        assert code == STAMP.address


def test_the_same_paper_is_the_same_file():
    assert writer.pdf_of(a_paper().paper, STAMP) == writer.pdf_of(a_paper().paper, STAMP)
    assert writer.pdf_of(a_paper().paper, STAMP) != writer.pdf_of(a_paper(rows=4).paper, STAMP)


def test_a_drill_says_so_on_every_page():
    for page in pages(writer.pdf_of(a_paper(rows=90, mark="演练").paper, STAMP)):
        assert "演练" in text_of(page)


def test_english_papers_count_pages_in_english():
    (page,) = pages(writer.pdf_of(a_paper(language="en").paper, STAMP))
    assert "page 1 of 1" in text_of(page)


def test_a_picture_is_drawn_within_the_page():
    drawn = io.BytesIO()
    Image.new("RGB", (4000, 1000), "red").save(drawn, "PNG")
    (page,) = pages(writer.pdf_of(a_paper(picture=drawn.getvalue()).paper, STAMP))
    shown = page.render(scale=1).to_pil().convert("RGB")
    red = [at for at in range(shown.width) if (255, 0, 0) in _column(shown, at)]
    assert red
    assert 0 < red[0] <= red[-1] < shown.width - 1


def _column(shown, at):
    return {shown.getpixel((at, y)) for y in range(0, shown.height, 4)}


@pytest.mark.parametrize(
    "text", ["长" * 5000, "w" * 5000, "一行\n" * 200, "\x00\x1b[31m", "😀 ⼀ ﷽"]
)
def test_whatever_is_written_can_be_printed(text):
    assert len(pages(writer.pdf_of(a_paper(text=text).paper, STAMP))) >= 1


def test_a_cell_longer_than_a_page_goes_on_on_the_next():
    paper = a_paper().paper
    long = replace(paper.blocks[3], rows=(("1", "长文" * 3000, "1"),))
    found = pages(writer.pdf_of(replace(paper, blocks=(long,)), STAMP))
    assert (
        sum(text_of(page).count("长文") for page in found) > 2900
    )  # a pair is torn here and there


def test_without_fonts_no_paper_is_made(monkeypatch, tmp_path):
    monkeypatch.setattr(writer, "FONTS", tmp_path)
    with pytest.raises(errors.FontsMissing):
        writer.pdf_of(a_paper().paper, STAMP)
