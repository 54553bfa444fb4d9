"""Modules as SVG for print and as PNG for screens, with quiet zone and caption."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from itertools import groupby
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFont

from scanner.symbols.modules import Modules

CAPTION_HEIGHT = 11
GUARD_DEPTH = 5
# Letters of a caption are about six tenths as wide as high.
CAPTION_ASPECT = Decimal("0.62")
WHITE, BLACK = 255, 0
Rectangle = tuple[int, int, int, int]


def svg(modules: Modules, *, module_mm: Decimal, captioned: bool) -> str:
    """An SVG document of the symbol; one module is ``module_mm`` millimetres."""
    width, height = size(modules, captioned=captioned)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * module_mm}mm"'
        f' height="{height * module_mm}mm" viewBox="0 0 {width} {height}">'
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
        f"{svg_group(modules, captioned=captioned)}</svg>"
    )


def svg_group(modules: Modules, *, captioned: bool) -> str:
    """The symbol as an SVG group in module units, for use inside another drawing."""
    path = "".join(
        f"M{left} {top}h{right - left}v{bottom - top}h{left - right}z"
        for left, top, right, bottom in rectangles(modules)
    )
    group = f'<path d="{path}" fill="#000" shape-rendering="crispEdges"/>'
    return f"<g>{group}{_svg_caption(modules) if captioned else ''}</g>"


def png(modules: Modules, *, module_px: int, captioned: bool) -> bytes:
    """A grey PNG of the symbol; one module is ``module_px`` pixels."""
    width, height = size(modules, captioned=captioned)
    image = Image.new("L", (width * module_px, height * module_px), WHITE)
    pen = ImageDraw.Draw(image)
    for left, top, right, bottom in rectangles(modules):
        corner = (right * module_px - 1, bottom * module_px - 1)
        pen.rectangle(((left * module_px, top * module_px), corner), fill=BLACK)
    if captioned and modules.captions:
        _draw_caption(pen, modules, width, module_px)
    buffer = BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def size(modules: Modules, *, captioned: bool) -> tuple[int, int]:
    """Width and height of the drawing in modules, quiet zones included."""
    width = modules.width + 2 * modules.quiet
    margin = 2 if modules.is_linear else modules.quiet
    body = modules.bar_height or len(modules.rows)
    caption = CAPTION_HEIGHT if captioned and modules.captions else 0
    guard = GUARD_DEPTH if modules.tall and not caption else 0
    return width, body + 2 * margin + caption + guard


def rectangles(modules: Modules) -> Iterator[Rectangle]:
    """The dark areas as left, top, right, bottom in modules of the whole drawing."""
    margin = 2 if modules.is_linear else modules.quiet
    for number, row in enumerate(modules.rows):
        top = margin + number
        bottom = margin + (modules.bar_height or number + 1)
        for start, end, is_tall in _runs(row, modules.tall):
            depth = GUARD_DEPTH if is_tall else 0
            yield modules.quiet + start, top, modules.quiet + end, bottom + depth


def _runs(row: tuple[bool, ...], tall: frozenset[int]) -> Iterator[tuple[int, int, bool]]:
    marked = ((dark, place in tall) for place, dark in enumerate(row))
    place = 0
    for (dark, is_tall), cells in groupby(marked):
        length = sum(1 for _ in cells)
        if dark:
            yield place, place + length, is_tall
        place += length


def _svg_caption(modules: Modules) -> str:
    if not modules.captions:
        return ""
    width, height = size(modules, captioned=True)
    letters = _letter_height(modules, width)
    return "".join(
        f'<text x="{modules.quiet + middle}" y="{height - 3}" font-size="{letters}"'
        ' text-anchor="middle" font-family="monospace" fill="#000">'
        f"{escape(words)}</text>"
        for words, middle in modules.captions
    )


def _letter_height(modules: Modules, width: int) -> Decimal:
    """The height of the letters in modules: as large as the line and the width allow."""
    letters = sum(len(words) for words, _ in modules.captions)
    fitting = Decimal(width) / (letters * CAPTION_ASPECT)
    return min(Decimal(CAPTION_HEIGHT - 2), fitting.quantize(Decimal("0.1")))


def _draw_caption(pen: ImageDraw.ImageDraw, modules: Modules, width: int, module_px: int) -> None:
    letters = int(_letter_height(modules, width) * module_px)
    font = ImageFont.load_default(max(letters, 6))
    margin = 2 if modules.is_linear else modules.quiet
    top = margin + (modules.bar_height or len(modules.rows)) + 1
    if modules.tall:
        top += 1
    for words, middle in modules.captions:
        place = ((modules.quiet + middle) * module_px, top * module_px)
        pen.text(place, words, fill=BLACK, font=font, anchor="ma")
