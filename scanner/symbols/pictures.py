"""Bytes of unknown origin as a picture: bounded, upright, grey; or a refusal that says why not."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from scanner.symbols import errors

# A phone's largest photo is below 20 MB; more is not a photo of a symbol.
BYTES_MAX = 20_000_000
# 64 megapixels unfold to 64 MB of grey, which one worker can hold.
PIXELS_MAX = 64_000_000
# Beyond this many pixels a side nothing is gained for a symbol that fills any of the picture.
SIDE_MAX = 4_096
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
WHITE = (255, 255, 255, 255)
Image.init()  # so that every format of the list can be asked for by name
DEEP_MODES = frozenset({"I", "F", "I;16", "I;16B", "I;16L"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A picture ready to be read: grey, with its colours where it has any.

    ``scale`` is its size over the original's: 1, or less where the original was larger.
    """

    grey: Image.Image
    colours: Image.Image | None
    scale: float


def opened(data: bytes) -> Picture:
    """The picture of the bytes, turned as its camera says, on white where it is transparent.

    Raises: PictureTooHeavy, HeicUnsupported, NotAPicture, TooManyPixels, PictureDamaged.
    """
    if len(data) > BYTES_MAX:
        raise errors.PictureTooHeavy(bytes=len(data), limit=BYTES_MAX)
    if data[4:8] == b"ftyp" and data[8:12] in HEIC_BRANDS:
        raise errors.HeicUnsupported
    image = _unfolded(data)
    side = max(image.size)
    scale = min(1.0, SIDE_MAX / side)
    if scale < 1:
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.BOX)
    return Picture(
        grey=image.convert("L"), colours=image if image.mode == "RGB" else None, scale=scale
    )


def _unfolded(data: bytes) -> Image.Image:
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            pixels = image.width * image.height
            if pixels > PIXELS_MAX:
                raise errors.TooManyPixels(pixels=pixels, limit=PIXELS_MAX)
            image.load()
            return _plain(ImageOps.exif_transpose(image))
    except UnidentifiedImageError as wrong:
        raise errors.NotAPicture from wrong
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as wrong:
        raise errors.TooManyPixels(pixels="> 89478485", limit=PIXELS_MAX) from wrong
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, MemoryError) as wrong:
        # Pillow's readers raise all of these for pictures that break off or are made up.
        raise errors.PictureDamaged from wrong


def _plain(image: Image.Image) -> Image.Image:
    """The picture as grey or RGB."""
    if image.mode in DEEP_MODES:
        levels = np.asarray(image, dtype=np.float32)
        low, high = levels.min(), levels.max()
        return Image.fromarray(((levels - low) * 255 / max(high - low, 1)).astype(np.uint8))
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        ground = Image.new("RGBA", layer.size, WHITE)
        return Image.alpha_composite(ground, layer).convert("RGB")
    return image.convert("L") if image.mode in {"1", "L"} else image.convert("RGB")
