"""What a file is, is decided by what is in it."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from support.papers import a_pdf, a_photo

from app.blobs import errors
from app.blobs.checking import checked_kind, kind_of, shown_picture
from app.blobs.terms import EVIDENCE, PICTURES, MediaKind

PIXELS = 1_000_000


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (a_pdf(), MediaKind.PDF),
        (a_photo("JPEG"), MediaKind.JPEG),
        (a_photo("PNG"), MediaKind.PNG),
        (a_photo("WEBP"), MediaKind.WEBP),
    ],
)
def test_the_four_kinds_are_told_by_their_bytes(content, kind):
    assert checked_kind(BytesIO(content), EVIDENCE, PIXELS) is kind


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a" + bytes(40),
        b"PK\x03\x04" + bytes(40),
        b"MZ" + bytes(40),
        b"%PDF" + bytes(40),
        b"\x00",
        b"RIFF\x00\x00\x00\x00WAVEfmt ",
    ],
)
def test_everything_else_is_refused_whatever_it_is_called(content):
    with pytest.raises(errors.FileKindRefused):
        checked_kind(BytesIO(content), EVIDENCE, PIXELS)


def test_a_kind_that_is_not_asked_for_is_refused():
    with pytest.raises(errors.FileKindRefused):
        checked_kind(BytesIO(a_pdf()), PICTURES, PIXELS)


def test_nothing_is_refused_as_nothing():
    with pytest.raises(errors.FileEmpty):
        checked_kind(BytesIO(b""), EVIDENCE, PIXELS)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_breaks_off_is_refused(kind):
    whole = a_photo(kind)
    with pytest.raises(errors.FileBroken):
        checked_kind(BytesIO(whole[: len(whole) // 2]), EVIDENCE, PIXELS)


def test_a_pdf_that_breaks_off_is_refused():
    with pytest.raises(errors.FileBroken):
        checked_kind(BytesIO(a_pdf()[:-8]), EVIDENCE, PIXELS)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unfolded():
    bomb = BytesIO()
    Image.new("1", (30_000, 30_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 200_000
    with pytest.raises(errors.TooManyPixels):
        checked_kind(bomb, EVIDENCE, PIXELS)


def test_what_is_shown_is_upright_small_and_says_nothing_of_place_and_owner():
    photo = a_photo("JPEG", size=(2_000, 1_000))
    assert b"Telephone of Lin" in photo
    shown = shown_picture(BytesIO(photo), MediaKind.JPEG, 4_000_000)
    assert b"Telephone of Lin" not in shown
    with Image.open(BytesIO(shown)) as image:
        assert image.size == (800, 1_600)
        assert not image.getexif()


def test_what_is_transparent_is_shown_on_white():
    out = BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(BytesIO(shown_picture(out, MediaKind.PNG, PIXELS))) as image:
        assert image.getpixel((4, 4)) == (255, 255, 255)


def test_a_name_says_nothing():
    assert kind_of(b"report.pdf") is None
