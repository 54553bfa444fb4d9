"""Symbols to print and to show: retail barcodes, case and pallet bars, QR, lot labels."""

from __future__ import annotations

from decimal import Decimal

from ledger.kernel.identifiers.gtin import parse_gtin
from scanner.codes.queries import digital_link, element_string
from scanner.codes.terms import Pairs
from scanner.symbols import drawing
from scanner.symbols.modules import modules_of, sturdy_rows
from scanner.symbols.terms import LotLabel, Symbology

# X-dimension of a retail symbol at 100 % (GS1 General Specifications 5.12).
MODULE_MM = Decimal("0.33")
MODULE_PX = 4


def symbol_svg(
    symbology: Symbology, text: str, *, module_mm: Decimal = MODULE_MM, captioned: bool = True
) -> str:
    """An SVG of a text in a kind of symbol; ``module_mm`` is one module in millimetres.

    Raises: NotDrawable, or the refusal of the number itself.
    """
    return drawing.svg(modules_of(symbology, text), module_mm=module_mm, captioned=captioned)


def symbol_png(
    symbology: Symbology, text: str, *, module_px: int = MODULE_PX, captioned: bool = True
) -> bytes:
    """A PNG of a text in a kind of symbol; ``module_px`` is one module in pixels.

    Raises: NotDrawable, or the refusal of the number itself.
    """
    return drawing.png(modules_of(symbology, text), module_px=module_px, captioned=captioned)


def sign_rows(text: str) -> tuple[tuple[bool, ...], ...]:
    """The modules of the QR code of a sign at a door: level Q. Raises: NotDrawable."""
    return sturdy_rows(text)


def symbology_of_gtin(gtin: str) -> Symbology:
    """The symbol a trade item number is printed in: EAN-13, EAN-8, UPC-A, or ITF-14 on a case."""
    number = parse_gtin(gtin)
    if number.ean8:
        return Symbology.EAN_8
    if number.upc_a:
        return Symbology.UPC_A
    return Symbology.EAN_13 if number.ean13 else Symbology.ITF_14


def ean_svg(gtin: str, *, module_mm: Decimal = MODULE_MM) -> str:
    """The retail or case symbol of a trade item number as SVG.

    Raises: GtinUnreadable, GtinCheckDigit.
    """
    return symbol_svg(symbology_of_gtin(gtin), gtin, module_mm=module_mm)


def ean_png(gtin: str, *, module_px: int = MODULE_PX) -> bytes:
    """The retail or case symbol of a trade item number as PNG.

    Raises: GtinUnreadable, GtinCheckDigit.
    """
    return symbol_png(symbology_of_gtin(gtin), gtin, module_px=module_px)


def lot_pairs(label: LotLabel) -> Pairs:
    """The elements of a lot label: item, dates, lot."""
    pairs = [("01", str(parse_gtin(label.gtin)))]
    if label.produced_on:
        pairs.append(("11", label.produced_on.strftime("%y%m%d")))
    if label.expires_on:
        pairs.append(("17", label.expires_on.strftime("%y%m%d")))
    return (*pairs, ("10", label.lot))


def lot_element_string(label: LotLabel) -> str:
    """The element string of a lot label, for GS1 Data Matrix and GS1-128.

    Raises: CharacterNotAllowed for a Chinese lot, which only a link can carry.
    """
    return element_string(lot_pairs(label))


def lot_link(label: LotLabel) -> str:
    """The GS1 Digital Link of a lot label, for its QR code; carries any lot."""
    return digital_link([("01", label.gtin), ("10", label.lot)], base=label.link_base)
