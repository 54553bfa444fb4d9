"""Text as dark and light modules: python-barcode for bars, qrcode and zxing-cpp for matrices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import barcode
import numpy as np
import qrcode
import zxingcpp
from barcode.errors import BarcodeError
from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError

from ledger.kernel.errors import Refusal
from ledger.kernel.identifiers.gtin import parse_gtin, parse_upc_e
from ledger.kernel.identifiers.spelling import echo
from scanner.codes.queries import bracketed, element_string, pairs_of
from scanner.codes.terms import Pairs
from scanner.symbols import errors
from scanner.symbols.terms import Symbology

FNC1 = "\xf1"
Caption = tuple[str, int]
SEPARATOR = "\x1d"
GS1_128_LENGTH_MAX = 48
# Quiet zones in modules: EAN 11, UPC-A and Code 128 10, matrices 4 (QR) and 2 (Data Matrix).
QUIET = {
    Symbology.EAN_13: 11,
    Symbology.EAN_8: 7,
    Symbology.UPC_A: 9,
    Symbology.UPC_E: 9,
    Symbology.ITF_14: 20,
    Symbology.QR: 4,
    Symbology.GS1_QR: 4,
    Symbology.DATA_MATRIX: 2,
    Symbology.GS1_DATA_MATRIX: 2,
}
QUIET_OF_CODE_128 = 10
BAR_HEIGHTS = {Symbology.EAN_13: 69, Symbology.EAN_8: 55, Symbology.UPC_A: 69, Symbology.UPC_E: 69}
BAR_HEIGHT = 60
# One drawn ITF unit is half a narrow bar, so that wide bars of 2.5 narrow ones are whole units.
ITF_BAR_HEIGHT = 130
PLAIN_CODE_128 = range(32, 127)


@dataclass(frozen=True, kw_only=True, slots=True)
class Modules:
    """A symbol before drawing: rows of modules (one for bars), quiet zone, height, captions.

    All sizes are in modules; ``captions`` are words with the middle of their place, counted from
    the symbol's left edge; ``tall`` marks the guard bars that reach down between them.
    """

    rows: tuple[tuple[bool, ...], ...]
    quiet: int
    bar_height: int | None
    captions: tuple[Caption, ...]
    tall: frozenset[int] = frozenset()

    @property
    def is_linear(self) -> bool:
        """Whether the symbol is bars."""
        return self.bar_height is not None

    @property
    def width(self) -> int:
        """Columns without the quiet zone."""
        return len(self.rows[0])


def modules_of(symbology: Symbology, text: str) -> Modules:
    """The modules of a text in a kind of symbol.

    GS1 kinds take an element string, bare or with brackets; retail kinds any spelling of their
    number. Raises: NotDrawable, or the identifier's own refusal.
    """
    try:
        draw = DRAWN_BY[symbology]
        return draw(symbology, text)
    except (BarcodeError, DataOverflowError, ValueError, KeyError, IndexError) as wrong:
        raise _not_drawable(symbology, text) from wrong


def sturdy_rows(text: str) -> tuple[tuple[bool, ...], ...]:
    """The modules of a QR code that is read with a quarter of it gone (level Q): for a door.

    Without its quiet zone of four modules. Raises: NotDrawable.
    """
    try:
        code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=0)
        code.add_data(text)
        code.make(fit=True)
    except (DataOverflowError, ValueError) as wrong:
        raise _not_drawable(Symbology.QR, text) from wrong
    return tuple(tuple(bool(dark) for dark in row) for row in code.get_matrix())


def _not_drawable(symbology: Symbology, text: str) -> Refusal:
    return errors.NotDrawable(symbology=symbology.value, text=echo(text))


def _bars(symbology: Symbology, row: str, caption: str) -> Modules:
    # The guard variants of python-barcode mark the bars that reach down with G.
    return Modules(
        rows=(tuple(char in "1G" for char in row),),
        quiet=QUIET.get(symbology, QUIET_OF_CODE_128),
        bar_height=BAR_HEIGHTS.get(symbology, BAR_HEIGHT),
        captions=_captions(symbology, row, caption),
        tall=frozenset(place for place, char in enumerate(row) if char == "G"),
    )


def _captions(symbology: Symbology, row: str, text: str) -> tuple[Caption, ...]:
    # Under an EAN the digits stand between the guard bars: 3 modules, halves, 5, halves, 3.
    if symbology is Symbology.EAN_13:
        return (text[0], -5), (text[1:7], 24), (text[7:], 71)
    if symbology is Symbology.EAN_8:
        return (text[:4], 17), (text[4:], 50)
    return ((text, len(row) // 2),)


def _below(rows: tuple[tuple[bool, ...], ...], text: str) -> tuple[Caption, ...]:
    return ((text, len(rows[0]) // 2),)


def _retail(symbology: Symbology, text: str) -> Modules:
    number = parse_gtin(text)
    digits = {
        Symbology.EAN_13: number.ean13,
        Symbology.EAN_8: number.ean8,
        Symbology.UPC_A: number.upc_a,
    }[symbology]
    if digits is None:
        raise _not_drawable(symbology, text)
    kind = {Symbology.EAN_13: "ean13-guard", Symbology.EAN_8: "ean8-guard"}.get(symbology, "upca")
    (row,) = barcode.get(kind, digits[:-1]).build()
    return _bars(symbology, row, digits)


def _upc_e(symbology: Symbology, text: str) -> Modules:
    number = parse_upc_e(text)
    short = next((code for code in _short_forms(text) if len(code) == 8), text)
    image = zxingcpp.create_barcode(short, zxingcpp.BarcodeFormat.UPCE)
    row = _matrix(image)[0]
    line = "".join("1" if dark else "0" for dark in row)
    return _bars(symbology, line, short or str(number))


def _short_forms(text: str) -> tuple[str, ...]:
    check = parse_upc_e(text).check_digit
    digits = text.strip()
    return (digits, f"{digits}{check}", f"0{digits}{check}")


def _itf(symbology: Symbology, text: str) -> Modules:
    digits = parse_gtin(text).itf14
    (row,) = barcode.get("itf", digits).build()
    bars = _bars(symbology, row, digits)
    return Modules(
        rows=bars.rows, quiet=bars.quiet, bar_height=ITF_BAR_HEIGHT, captions=bars.captions
    )


def _code_128(symbology: Symbology, text: str) -> Modules:
    if not text or any(ord(char) not in PLAIN_CODE_128 for char in text):
        raise _not_drawable(symbology, text)
    (row,) = barcode.get("code128", text).build()
    return _bars(symbology, row, text)


def _gs1_128(symbology: Symbology, text: str) -> Modules:
    pairs = _checked_pairs(symbology, text)
    line = element_string(pairs)
    if len(line) > GS1_128_LENGTH_MAX:
        raise _not_drawable(symbology, text)
    (row,) = barcode.get("gs1_128", line.replace(SEPARATOR, FNC1)).build()
    return _bars(symbology, row, bracketed(pairs))


def _qr(symbology: Symbology, text: str) -> Modules:
    if not text:
        raise _not_drawable(symbology, text)
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text.encode("utf-8"))
    code.make(fit=True)
    rows = tuple(tuple(bool(dark) for dark in row) for row in code.get_matrix())
    return Modules(rows=rows, quiet=QUIET[symbology], bar_height=None, captions=())


def _data_matrix(symbology: Symbology, text: str) -> Modules:
    image = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    rows = _matrix(image)
    return Modules(rows=rows, quiet=QUIET[symbology], bar_height=None, captions=_below(rows, text))


def _gs1_matrix(symbology: Symbology, text: str) -> Modules:
    kinds = {
        Symbology.GS1_DATA_MATRIX: zxingcpp.BarcodeFormat.DataMatrix,
        Symbology.GS1_QR: zxingcpp.BarcodeFormat.QRCode,
    }
    pairs = _checked_pairs(symbology, text)
    # Square brackets cannot stand in a value, so they mark identifiers beyond doubt.
    line = "".join(f"[{ai}]{value}" for ai, value in pairs)
    # A square is read by every scanner, the long forms of Data Matrix are not.
    square = {"force_square": True} if symbology is Symbology.GS1_DATA_MATRIX else {}
    image = zxingcpp.create_barcode(line, kinds[symbology], gs1=True, **square)
    rows, captions = _matrix(image), _below(_matrix(image), bracketed(pairs))
    return Modules(rows=rows, quiet=QUIET[symbology], bar_height=None, captions=captions)


def _checked_pairs(symbology: Symbology, text: str) -> Pairs:
    pairs = pairs_of(text)
    if not pairs:
        raise _not_drawable(symbology, text)
    element_string(pairs)
    return pairs


def _matrix(code: zxingcpp.Barcode) -> tuple[tuple[bool, ...], ...]:
    image = zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=False)
    return tuple(tuple(bool(pixel == 0) for pixel in row) for row in np.asarray(image))


DRAWN_BY: dict[Symbology, Callable[[Symbology, str], Modules]] = {
    Symbology.EAN_13: _retail,
    Symbology.EAN_8: _retail,
    Symbology.UPC_A: _retail,
    Symbology.UPC_E: _upc_e,
    Symbology.ITF_14: _itf,
    Symbology.CODE_128: _code_128,
    Symbology.GS1_128: _gs1_128,
    Symbology.QR: _qr,
    Symbology.GS1_QR: _gs1_matrix,
    Symbology.DATA_MATRIX: _data_matrix,
    Symbology.GS1_DATA_MATRIX: _gs1_matrix,
}
