"""The words of the symbols: their kinds, a symbol found, what a label says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Symbology(StrEnum):
    """The kinds of symbol that are read; all but the DataBar are drawn too."""

    EAN_13 = "ean_13"
    EAN_8 = "ean_8"
    UPC_A = "upc_a"
    UPC_E = "upc_e"
    ITF_14 = "itf_14"
    CODE_128 = "code_128"
    GS1_128 = "gs1_128"
    QR = "qr"
    GS1_QR = "gs1_qr"
    DATA_MATRIX = "data_matrix"
    GS1_DATA_MATRIX = "gs1_data_matrix"
    DATA_BAR = "data_bar"


Corner = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Symbol:
    """One symbol found in a picture.

    ``text`` keeps the separator ASCII 29; ``identifier`` is the ISO/IEC 15424 mark such as
    ``]d2``; ``corners`` are four points of the picture in pixels, clockwise from the symbol's
    own upper left; ``found_by`` names the pass that read it.
    """

    text: str
    symbology: Symbology
    identifier: str
    corners: tuple[Corner, ...]
    found_by: str

    @property
    def scanned(self) -> str:
        """What a hand scanner would send: the identifier and the text."""
        return self.identifier + self.text


@dataclass(frozen=True, kw_only=True, slots=True)
class LotLabel:
    """What a printed lot label says; ``link_base`` is where its QR link leads."""

    product: str
    gtin: str
    lot: str
    link_base: str
    producer: str = ""
    produced_on: date | None = None
    expires_on: date | None = None
    spec: str = ""
