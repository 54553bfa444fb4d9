"""A lot label to print: product, lot, dates, a QR link for people and Data Matrix for machines."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from xml.sax.saxutils import escape

from ledger.kernel.errors import Refusal
from ledger.kernel.identifiers.gtin import parse_gtin
from scanner.symbols import drawing
from scanner.symbols.modules import Modules, modules_of
from scanner.symbols.render import lot_element_string, lot_link
from scanner.symbols.terms import LotLabel, Symbology

WIDTH_MM, HEIGHT_MM = 80, 50
MARGIN_MM = 3
QR_MM, MATRIX_MM = 24, 17
# A Chinese letter is as wide as high, a Latin one about half; the text column is 47 mm wide.
COLUMN_MM = Decimal(47)
TITLE_MM, LINE_MM = Decimal("5.2"), Decimal("3.4")
LINE_HEIGHT = Decimal("1.5")
FONTS = "Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"


def label_svg(label: LotLabel) -> str:
    """An 80 × 50 mm label as SVG; its fonts are the printer's.

    The Data Matrix is left out for a lot that GS1's characters cannot spell; the QR link carries
    any. Raises: GtinUnreadable, GtinCheckDigit.
    """
    link = modules_of(Symbology.QR, lot_link(label))
    parts = [_placed(link, MARGIN_MM, MARGIN_MM, QR_MM)]
    matrix = _matrix(label)
    if matrix:
        place = Decimal(QR_MM - MATRIX_MM) / 2 + MARGIN_MM
        parts.append(_placed(matrix, place, HEIGHT_MM - MARGIN_MM - MATRIX_MM, MATRIX_MM))
    parts.extend(_lines(label))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH_MM}mm" height="{HEIGHT_MM}mm"'
        f' viewBox="0 0 {WIDTH_MM} {HEIGHT_MM}" font-family="{FONTS}">'
        f'<rect width="{WIDTH_MM}" height="{HEIGHT_MM}" fill="#fff"/>{"".join(parts)}</svg>'
    )


def _matrix(label: LotLabel) -> Modules | None:
    try:
        return modules_of(Symbology.GS1_DATA_MATRIX, lot_element_string(label))
    except Refusal:
        return None


def _placed(modules: Modules, left: Decimal | int, top: Decimal | int, side: int) -> str:
    width, _ = drawing.size(modules, captioned=False)
    factor = (Decimal(side) / width).quantize(Decimal("0.0001"))
    group = drawing.svg_group(modules, captioned=False)
    return f'<g transform="translate({left} {top}) scale({factor})">{group}</g>'


def _lines(label: LotLabel) -> Iterator[str]:
    left = Decimal(MARGIN_MM + QR_MM + 3)
    top = Decimal(MARGIN_MM) + TITLE_MM
    for number, (words, height) in enumerate(_words(label)):
        weight = ' font-weight="700"' if number == 0 else ""
        size = min(height, COLUMN_MM / max(_ems(words), Decimal(1))).quantize(Decimal("0.01"))
        yield f'<text x="{left}" y="{top}" font-size="{size}"{weight}>{escape(words)}</text>'
        top += height * LINE_HEIGHT


def _words(label: LotLabel) -> Iterator[tuple[str, Decimal]]:
    yield label.product, TITLE_MM
    if label.spec:
        yield f"规格 {label.spec}", LINE_MM
    yield f"批号 {label.lot}", LINE_MM
    if label.produced_on:
        yield f"生产日期 {label.produced_on.isoformat()}", LINE_MM
    if label.expires_on:
        yield f"保质期至 {label.expires_on.isoformat()}", LINE_MM
    yield f"条码 {parse_gtin(label.gtin).spelled}", LINE_MM
    if label.producer:
        yield f"生产者 {label.producer}", LINE_MM
    yield "扫码溯源", LINE_MM


def _ems(words: str) -> Decimal:
    """The width of the words in letter heights."""
    return sum((Decimal("0.56") if char.isascii() else Decimal(1) for char in words), Decimal(0))
