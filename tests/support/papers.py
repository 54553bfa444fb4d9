"""Files people send: a small PDF, photographs with what a telephone writes into them."""

from __future__ import annotations

from io import BytesIO

from PIL import Image


def a_pdf(text: str = "report") -> bytes:
    """A PDF of one empty page, whole to its mark of the end."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n% "
        + text.encode()
        + b"\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
    )


def a_photo(kind: str = "JPEG", size: tuple[int, int] = (640, 480), shade: int = 200) -> bytes:
    """A photograph; a JPEG one says where it was taken and that it lies on its side."""
    image = Image.new("RGB", size, (shade, 40, 40))
    out = BytesIO()
    if kind == "JPEG":
        exif = Image.Exif()
        exif[0x0112] = 6  # turn right
        exif[0x010F] = "Telephone of Lin"
        exif.get_ifd(0x8825)[2] = (24.0, 28.0, 12.0)  # latitude
        image.save(out, kind, exif=exif)
    else:
        image.save(out, kind)
    return out.getvalue()
