"""One text for each kind of symbol, its picture on paper, and whether a picture reads right."""

from __future__ import annotations

from functools import cache
from io import BytesIO

from PIL import Image

from scanner.symbols.decode import symbols_in
from scanner.symbols.render import symbol_png
from scanner.symbols.terms import Symbology
from support.distortions import Distortion, on_paper

LABEL = "(01)06901234567892(17)210513(10)LOT7A(3103)001500"
BARE = "01069012345678921721051310LOT7A\x1d3103001500"
LINK = "https://id.example.org/01/06901234567892/10/LOT7A"
# What is drawn, and what a reader then sends.
CASES: dict[Symbology, tuple[str, str]] = {
    Symbology.EAN_13: ("6901234567892", "6901234567892"),
    Symbology.EAN_8: ("96385074", "96385074"),
    Symbology.UPC_A: ("036000291452", "036000291452"),
    Symbology.UPC_E: ("01234565", "0012345000065"),
    Symbology.ITF_14: ("16901234567899", "16901234567899"),
    Symbology.CODE_128: ("LOT-7A/2021", "LOT-7A/2021"),
    Symbology.GS1_128: (LABEL, BARE),
    Symbology.QR: (LINK, LINK),
    Symbology.GS1_QR: (LABEL, BARE),
    Symbology.DATA_MATRIX: ("LOT7A", "LOT7A"),
    Symbology.GS1_DATA_MATRIX: (LABEL, BARE),
}


@cache
def printed(symbology: Symbology, *, module_px: int = 4) -> Image.Image:
    """The case's symbol on a sheet of paper."""
    # A unit of an ITF drawing is half a narrow bar, so twice as many pixels make no smaller bar.
    unit_px = (module_px + 1) // 2 if symbology is Symbology.ITF_14 else module_px
    png = symbol_png(symbology, CASES[symbology][0], module_px=unit_px)
    return on_paper(Image.open(BytesIO(png)))


def as_bytes(image: Image.Image, form: str = "PNG") -> bytes:
    """The picture as a file."""
    buffer = BytesIO()
    image.save(buffer, form, **({"compress_level": 1} if form == "PNG" else {"quality": 90}))
    return buffer.getvalue()


def outcome(symbology: Symbology, distortion: Distortion, *, module_px: int = 4) -> str:
    """``read``, ``nothing`` or ``wrong`` for the case's symbol after a distortion."""
    picture = as_bytes(distortion(printed(symbology, module_px=module_px)))
    found = {(symbol.symbology, symbol.text) for symbol in symbols_in(picture)}
    if not found:
        return "nothing"
    return "read" if found == {(symbology, CASES[symbology][1])} else "wrong"
