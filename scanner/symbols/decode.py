"""Every symbol in a picture, read by zxing-cpp in as many passes as its budget allows."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import zxingcpp
from zxingcpp import BarcodeFormat, BarcodeFormats

from ledger.kernel.identifiers import gtin
from scanner.symbols.evidence import Evidence
from scanner.symbols.passes import Pass, passes, unturned
from scanner.symbols.pictures import Picture, opened
from scanner.symbols.terms import Symbol, Symbology

# Long enough for every pass over a phone's photo on one core; nobody waits longer for a scan.
BUDGET_MS = 3_000
SYMBOLS_MAX = 64
FORMATS = BarcodeFormats(
    [
        BarcodeFormat.EAN13,
        BarcodeFormat.EAN8,
        BarcodeFormat.UPCA,
        BarcodeFormat.UPCE,
        BarcodeFormat.ITF,
        BarcodeFormat.Code128,
        BarcodeFormat.QRCode,
        BarcodeFormat.DataMatrix,
        BarcodeFormat.DataBar,
    ]
)
KINDS = {
    BarcodeFormat.EAN8: Symbology.EAN_8,
    BarcodeFormat.UPCA: Symbology.UPC_A,
    BarcodeFormat.UPCE: Symbology.UPC_E,
    BarcodeFormat.ITF: Symbology.ITF_14,
}
GS1_KINDS = {
    "]C1": Symbology.GS1_128,
    "]Q3": Symbology.GS1_QR,
    "]d2": Symbology.GS1_DATA_MATRIX,
    "]e0": Symbology.DATA_BAR,
}
PLAIN_KINDS = {
    "C": Symbology.CODE_128,
    "Q": Symbology.QR,
    "d": Symbology.DATA_MATRIX,
    "e": Symbology.DATA_BAR,
}
ITF_LENGTH = 14


def symbols_in(picture: bytes, *, budget_ms: int = BUDGET_MS) -> tuple[Symbol, ...]:
    """Every symbol found in the bytes of a picture, in reading order; empty when there is none.

    The quick passes are always made; the patient ones until something firm is found or
    ``budget_ms`` is spent. Raises: PictureTooHeavy, HeicUnsupported, NotAPicture, TooManyPixels,
    PictureDamaged.
    """
    until = time.monotonic_ns() + budget_ms * 1_000_000  # unfolding counts as well
    return _symbols(opened(picture), until)


def _symbols(picture: Picture, until: int) -> tuple[Symbol, ...]:
    size = (round(picture.grey.width / picture.scale), round(picture.grey.height / picture.scale))
    evidence = Evidence()
    for attempt in passes(picture):
        spent = time.monotonic_ns() > until
        if attempt.is_patient and (spent or evidence.is_firm):
            break
        for symbol in _read(attempt, size):
            evidence.add(symbol)
    return evidence.symbols()[:SYMBOLS_MAX]


def _read(attempt: Pass, size: tuple[int, int]) -> Iterator[Symbol]:
    pixels = np.asarray(attempt.image)
    for code in zxingcpp.read_barcodes(pixels, formats=FORMATS, text_mode=zxingcpp.TextMode.Plain):
        symbology = _symbology(code)
        if symbology is None:
            continue
        place = code.position
        corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
        points = tuple(unturned((corner.x, corner.y), attempt, size) for corner in corners)
        yield Symbol(
            text=_text(code, symbology),
            symbology=symbology,
            identifier=code.symbology_identifier,
            corners=points,
            found_by=attempt.name,
        )


def _symbology(code: zxingcpp.Barcode) -> Symbology | None:
    """The kind of a symbol read, or none where it cannot be one of the trade's."""
    if code.format == BarcodeFormat.ITF and not _is_case_number(code.text):
        return None
    if code.format == BarcodeFormat.EAN13:
        return Symbology.UPC_A if code.text.startswith("0") else Symbology.EAN_13
    if code.format in KINDS:
        return KINDS[code.format]
    identifier = code.symbology_identifier
    return GS1_KINDS.get(identifier) or PLAIN_KINDS.get(identifier[1:2])


def _is_case_number(text: str) -> bool:
    # A row across part of an ITF reads as a shorter one, so only whole numbers count.
    return len(text) == ITF_LENGTH and gtin.is_valid(text)


def _text(code: zxingcpp.Barcode, symbology: Symbology) -> str:
    return str(code.text[1:] if symbology is Symbology.UPC_A else code.text)
