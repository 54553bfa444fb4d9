"""A paper as a PDF file: A4, the Chinese font inside, its number and QR code on every page.

The same paper with the same stamp is the same file, byte by byte.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from functools import singledispatch, singledispatchmethod
from pathlib import Path

import qrcode
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont
from PIL import Image

from app.papers import errors
from app.papers.rules import lines_of, printable
from app.papers.terms import (
    Block,
    Code,
    Disc,
    Drawing,
    Facts,
    Grid,
    Heading,
    Letters,
    NextPage,
    Outline,
    Paper,
    Picture,
    Shape,
    Squares,
    Stamp,
    Stroke,
    Words,
)

FONTS = Path(__file__).parent / "fonts"
_FAMILY = "NotoSansSC"
_WEIGHTS = {"": "400", "B": "700"}
_MARGIN, _FOOT = 18.0, 22.0  # millimetres
_LINE = 1.5  # of a letter's height
_PAD = 1.2
_POINT = 25.4 / 72
_NAME_SHARE = 0.24  # of the width, for the names of facts
_PICTURE_MAX = 120.0
_QR = 16.0
_PIXELS = 8  # a module of a code; printers draw such a picture without softening it
_GREY, _RULE, _SHADE = (90, 90, 90), (190, 190, 190), (242, 242, 242)
_SAYS = {
    "zh": ("编号 {number} · {made} · 第 {page} / {{nb}} 页", "扫码或到 {host} 核对这份文书"),
    "en": ("No. {number} · {made} · page {page} of {{nb}}", "Scan, or check this paper at {host}"),
}


def pdf_of(paper: Paper, stamp: Stamp) -> bytes:
    """The file of a paper. Refuses: FontsMissing."""
    sheet = _Sheet(paper, stamp)
    try:
        sheet.add_page()
        sheet.begin()
        for block in paper.blocks:
            sheet.put(block)
        for file in paper.attachments:
            sheet.embed_file(basename=file.name, bytes=file.content, desc=file.about)
        return bytes(sheet.output())
    finally:
        _close_fonts(sheet)


def pdf_of_drawings(drawings: Sequence[Drawing], title: str, made_at: datetime) -> bytes:
    """Sheets as a file, a page each of its own size. Refuses: FontsMissing."""
    pages = FPDF(unit="mm")
    try:
        _with_fonts(pages)
        pages.set_title(printable(title))
        pages.set_lang("zh-CN")
        pages.set_creation_date(made_at)
        pages.set_producer("Suyuan")
        pages.set_auto_page_break(auto=False)
        for drawing in drawings:
            pages.add_page(format=(drawing.wide, drawing.high))
            for shape in drawing.shapes:
                _draw(shape, pages)
        return bytes(pages.output())
    finally:
        _close_fonts(pages)


def _with_fonts(pages: FPDF) -> None:
    for style, weight in _WEIGHTS.items():
        path = FONTS / f"{_FAMILY}-{weight}.ttf"
        if not path.exists():
            raise errors.FontsMissing
        pages.add_font(_FAMILY, style, path)


def _close_fonts(pages: FPDF) -> None:
    for font in pages.fonts.values():
        if isinstance(font, TTFFont):
            font.ttfont.close()  # the library leaves its files open


@singledispatch
def _draw(shape: Shape, pages: FPDF) -> None:
    raise TypeError(type(shape))


@_draw.register
def _(shape: Outline, pages: FPDF) -> None:
    pages.set_fill_color(shape.fill)
    pages.polygon(shape.corners, style="F")


@_draw.register
def _(shape: Disc, pages: FPDF) -> None:
    pages.set_fill_color(shape.fill)
    pages.set_draw_color(shape.fill)
    if not shape.edge:
        pages.circle(shape.x, shape.y, shape.radius, style="F")
        return
    pages.set_line_width(shape.edge)
    if shape.dashed:
        pages.set_dash_pattern(dash=shape.edge * 2.5, gap=shape.edge * 2)
    pages.circle(shape.x, shape.y, shape.radius, style="D")
    pages.set_dash_pattern()


@_draw.register
def _(shape: Stroke, pages: FPDF) -> None:
    pages.set_draw_color(shape.colour)
    pages.set_line_width(shape.width)
    pages.polyline(shape.points)


@_draw.register
def _(shape: Letters, pages: FPDF) -> None:
    text = printable(shape.text)
    pages.set_font(_FAMILY, "B" if shape.bold else "", shape.size)
    pages.set_text_color(shape.colour)
    wide = pages.get_string_width(text)
    before = {"start": 0.0, "middle": wide / 2, "end": wide}[shape.anchor]
    pages.text(shape.x - before, shape.y, text)


@_draw.register
def _(shape: Squares, pages: FPDF) -> None:
    picture = Image.new("1", (len(shape.rows[0]), len(shape.rows)), 1)
    picture.putdata([not dark for row in shape.rows for dark in row])
    wide = len(shape.rows[0]) * _PIXELS
    pages.image(picture.resize((wide, wide)), shape.x, shape.y, shape.side, shape.side)


class _Sheet(FPDF):
    """A4 pages that know their paper."""

    def __init__(self, paper: Paper, stamp: Stamp) -> None:
        super().__init__(format="A4")
        _with_fonts(self)
        self._paper, self._stamp = paper, stamp
        self._widths: dict[tuple[str, float, str], float] = {}
        self._code = _code_of(stamp.address)
        self.set_title(printable(paper.title))
        self.set_lang("zh-CN" if paper.language == "zh" else "en")
        self.set_creation_date(stamp.made_at)
        self.set_producer("Suyuan")
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(auto=True, margin=_FOOT)

    def header(self) -> None:
        """The word across the page, where there is one."""
        if not self._paper.mark:
            return
        with self.local_context():
            self.set_font(_FAMILY, "B", 72)
            self.set_text_color(228, 228, 228)
            text = printable(self._paper.mark)
            with self.rotation(35, self.w / 2, self.h / 2):
                self.text((self.w - self.get_string_width(text)) / 2, self.h / 2, text)
        self.set_y(_MARGIN)

    def footer(self) -> None:
        """Number, moment and page, and the code that leads to the check."""
        numbered, how = _SAYS.get(self._paper.language, _SAYS["zh"])
        made = self._stamp.made_at.strftime("%Y-%m-%d %H:%M")
        top = self.h - _FOOT + 3
        self.image(self._code, self.w - _MARGIN - _QR, top, _QR, _QR)
        self.set_text_color(*_GREY)
        host = self._stamp.address.rsplit("/papers/", 1)[0] + "/papers/"
        says = (numbered.format(number=self._stamp.number, made=made, page=self.page_no()),)
        for at, text in enumerate((*says, how.format(host=host))):
            self.set_font(_FAMILY, "", 8)
            self.set_xy(_MARGIN, top + 3 + at * 5)
            self.cell(text=text)
        self.set_text_color(0)

    def begin(self) -> None:
        """Title and subtitle."""
        self._lines(self._paper.title, 17, "B", gap=2)
        if self._paper.subtitle:
            self.set_text_color(*_GREY)
            self._lines(self._paper.subtitle, 10, "", gap=2)
            self.set_text_color(0)

    @singledispatchmethod
    def put(self, block: Block) -> None:
        """Set one block below the last."""
        raise TypeError(type(block))

    @put.register
    def _(self, block: Heading) -> None:
        self.ln(3)
        self._room(34)  # a heading, and the head of a table under it, do not stand alone
        self._lines(block.text, 12.5, "B", gap=1.5)

    @put.register
    def _(self, block: Words) -> None:
        self._lines(block.text, 10, "", gap=2)

    @put.register
    def _(self, block: Facts) -> None:
        share = (_NAME_SHARE, 1 - _NAME_SHARE)
        for name, value in block.rows:
            self._row((name, value), share, ("B", ""), head=())
        self.ln(2)

    @put.register
    def _(self, block: Grid) -> None:
        shares = block.widths or (1.0,) * len(block.head)
        total = sum(shares)
        widths = tuple(share / total for share in shares)
        bold = ("B",) * len(block.head)
        self._row(block.head, widths, bold, head=(), shaded=True)
        for row in block.rows:
            self._row(row, widths, ("",) * len(row), head=block.head)
        self.ln(2)

    @put.register
    def _(self, block: Picture) -> None:
        with Image.open(io.BytesIO(block.content)) as picture:
            wide, high = picture.size
        scale = min(self.epw / wide, _PICTURE_MAX / high)
        self._room(high * scale + 8)
        self.image(io.BytesIO(block.content), w=wide * scale, h=high * scale)
        self._lines(block.caption, 9, "", gap=2)

    @put.register
    def _(self, block: Code) -> None:
        self._room(36)
        self.image(_code_of(block.url), w=28, h=28)
        self._lines(block.caption, 9, "", gap=2)

    @put.register
    def _(self, _block: NextPage) -> None:
        self.add_page()

    def _room(self, high: float) -> None:
        """Begin a page where less than so many millimetres are left."""
        if self.y + high > self.h - _FOOT:
            self.add_page()

    def _lines(self, text: str, size: float, style: str, *, gap: float) -> None:
        high = size * _POINT * _LINE
        for line in self._broken(text, self.epw, size, style):
            self.set_font(_FAMILY, style, size)
            self.cell(h=high, text=line or " ", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(gap)

    def _broken(self, text: str, width: float, size: float, style: str) -> list[str]:
        self.set_font(_FAMILY, style, size)

        def measure(letter: str) -> float:
            key = (letter, size, style)
            if key not in self._widths:
                self._widths[key] = self.get_string_width(letter)
            return self._widths[key]

        return lines_of(printable(text), width - 2 * self.c_margin, measure)

    def _row(
        self,
        cells: Sequence[str],
        shares: Sequence[float],
        styles: Sequence[str],
        *,
        head: Sequence[str],
        shaded: bool = False,
    ) -> None:
        """A row of a table; on a new page ``head`` is said again first."""
        size = 9.0
        high = size * _POINT * _LINE
        texts = [
            self._broken(cell, share * self.epw, size, style)
            for cell, share, style in zip(cells, shares, styles, strict=True)
        ]
        most = int((self.h - _FOOT - _MARGIN - 4 * high) / high)  # a longer cell takes pages
        for begin in range(0, max(map(len, texts)), most):
            parts = [lines[begin : begin + most] for lines in texts]
            tall = max(map(len, parts)) * high + 2 * _PAD
            if self.y + tall > self.h - _FOOT:
                self.add_page()
                if head:
                    self._row(head, shares, ("B",) * len(head), head=(), shaded=True)
            self._cells(parts, shares, styles, tall, shaded=shaded)

    def _cells(
        self,
        parts: Sequence[Sequence[str]],
        shares: Sequence[float],
        styles: Sequence[str],
        tall: float,
        *,
        shaded: bool,
    ) -> None:
        top, left = self.y, self.l_margin
        if shaded:
            self.set_fill_color(*_SHADE)
            self.rect(left, top, self.epw, tall, style="F")
        for lines, share, style in zip(parts, shares, styles, strict=True):
            self.set_font(_FAMILY, style, 9)
            for at, line in enumerate(lines):
                self.set_xy(left, top + _PAD + at * 9 * _POINT * _LINE)
                self.cell(w=share * self.epw, h=9 * _POINT * _LINE, text=line)
            left += share * self.epw
        self.set_draw_color(*_RULE)
        self.line(self.l_margin, top + tall, self.l_margin + self.epw, top + tall)
        self.set_xy(self.l_margin, top + tall)


def _code_of(url: str) -> Image.Image:
    """A QR code of an address, one pixel a module and a quiet zone of four."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=4, border=4)
    code.add_data(url)
    made: Image.Image = code.make_image().get_image()
    return made
