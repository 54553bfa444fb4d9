"""Pictures of the town's certificates, drawn: plainly samples, and different from each other."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from app.town.terms import PaperFiled
from ledger.certificates.terms import KIND_TEXTS

_SIZE = (620, 877)  # A4 at 75 dots an inch
_INK, _SEAL, _PAPER = (30, 40, 60), (190, 40, 40), (252, 250, 244)


def picture_of(paper: PaperFiled) -> BytesIO:
    """A PNG that looks like a form with its kind, number, dates and goods, and a round seal.

    In Latin letters, because no Chinese font is drawn with here.
    """
    image = Image.new("RGB", _SIZE, _PAPER)
    draw = ImageDraw.Draw(image)
    large, small = ImageFont.load_default(26), ImageFont.load_default(18)
    draw.rectangle((20, 20, 600, 857), outline=_INK, width=2)
    draw.text((50, 60), KIND_TEXTS[paper.kind][1], fill=_INK, font=large)
    rows = (
        ("No.", paper.number),
        ("Holder", paper.uscc),
        ("GTIN", paper.gtin),
        ("Lot", paper.lot),
        ("Issued", paper.issued_on),
        ("Valid until", paper.valid_to),
    )
    for place, (name, said) in enumerate(row for row in rows if row[1]):
        top = 140 + 56 * place
        draw.text((50, top), f"{name}", fill=_INK, font=small)
        draw.text((220, top), f"{said}", fill=_INK, font=small)
        draw.line((50, top + 34, 570, top + 34), fill=_INK)
    draw.ellipse((400, 640, 560, 800), outline=_SEAL, width=5)
    draw.text((432, 706), "SAMPLE", fill=_SEAL, font=large)
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out
