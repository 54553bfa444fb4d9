"""What happens to a symbol between the printer and the reader, each as a function of a picture.

Seeded where there is chance, so that a figure measured today is measured tomorrow.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

Distortion = Callable[[Image.Image], Image.Image]
PAPER = 235


def on_paper(image: Image.Image, *, margin: int = 60) -> Image.Image:
    """The symbol on a larger sheet, as a camera would see it."""
    size = (image.width + 2 * margin, image.height + 2 * margin)
    sheet = Image.new("L", size, PAPER)
    sheet.paste(image.convert("L"), (margin, margin))
    return sheet


def rotated(degrees: float) -> Distortion:
    """Turned by any angle."""
    return lambda image: image.rotate(
        degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=PAPER
    )


def blurred(radius: float) -> Distortion:
    """Out of focus; radius in pixels."""
    return lambda image: image.filter(ImageFilter.GaussianBlur(radius))


def moved(length: int) -> Distortion:
    """Blurred by a hand moving along the bars' width; length in pixels."""
    kernel = np.ones(length) / length

    def apply(image: Image.Image) -> Image.Image:
        rows = np.asarray(image, dtype=float)
        smeared = np.apply_along_axis(lambda row: np.convolve(row, kernel, "same"), 1, rows)
        return Image.fromarray(smeared.clip(0, 255).astype(np.uint8))

    return apply


def noisy(deviation: float) -> Distortion:
    """With the grain of a dark room; standard deviation in grey levels of 255."""

    def apply(image: Image.Image) -> Image.Image:
        grain = np.random.default_rng(7).normal(0, deviation, (image.height, image.width))
        return Image.fromarray((np.asarray(image) + grain).clip(0, 255).astype(np.uint8))

    return apply


def jpeg(quality: int) -> Distortion:
    """Saved as JPEG of a quality from 1 to 95."""

    def apply(image: Image.Image) -> Image.Image:
        buffer = BytesIO()
        image.save(buffer, "JPEG", quality=quality)
        return Image.open(BytesIO(buffer.getvalue())).convert("L")

    return apply


def smaller(share: float) -> Distortion:
    """From further away: resized to a share of each side."""

    def apply(image: Image.Image) -> Image.Image:
        size = (max(1, round(image.width * share)), max(1, round(image.height * share)))
        return image.resize(size, Image.Resampling.BILINEAR)

    return apply


def faded(low: int, high: int) -> Distortion:
    """Printed weakly: black and white drawn together to two grey levels."""
    return lambda image: image.point(lambda level: low + level * (high - low) // 255)


def inverted(image: Image.Image) -> Image.Image:
    """Light on dark."""
    return ImageOps.invert(image)


def shaded(image: Image.Image) -> Image.Image:
    """Lit from one side, a quarter of the light on the other."""
    light = np.linspace(0.25, 1.0, image.width)
    return Image.fromarray((np.asarray(image) * light).astype(np.uint8))


def slanted(share: float) -> Distortion:
    """Seen from the side: the right edge shorter than the left by a share of the height."""

    def apply(image: Image.Image) -> Image.Image:
        width, height = image.size
        drop = height * share / 2
        corners = ((0, 0), (width, drop), (width, height - drop), (0, height))
        factors = _perspective(corners, ((0, 0), (width, 0), (width, height), (0, height)))
        return image.transform(
            image.size,
            Image.Transform.PERSPECTIVE,
            factors,
            Image.Resampling.BICUBIC,
            fillcolor=PAPER,
        )

    return apply


def on_screen(pitch: float, *, depth: float = 0.35, angle: float = 7.0) -> Distortion:
    """Photographed from a screen: its dot grid beats with the camera's (moiré).

    ``pitch`` is the screen's dot in camera pixels, ``depth`` how dark the gaps are.
    """

    def apply(image: Image.Image) -> Image.Image:
        turned = image.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=PAPER)
        down, across = np.mgrid[0 : turned.height, 0 : turned.width]
        wave = np.cos(2 * np.pi * across / pitch) + np.cos(2 * np.pi * down / pitch)
        beat = np.cos(2 * np.pi * (across * np.cos(0.1) + down * np.sin(0.1)) / (pitch * 1.07))
        screen = 1 - depth * (2 - wave) / 4 - depth * (1 - beat) / 4
        seen = np.asarray(turned) * screen * 0.9 + 20
        return Image.fromarray(seen.clip(0, 255).astype(np.uint8)).filter(
            ImageFilter.GaussianBlur(0.7)
        )

    return apply


def curved(bend: float) -> Distortion:
    """Wrapped round a bottle: columns squeezed towards both edges."""

    def apply(image: Image.Image) -> Image.Image:
        width = image.width
        angles = np.linspace(-bend, bend, width)
        columns = (np.sin(angles) / np.sin(bend) + 1) / 2 * (width - 1)
        source = np.interp(np.arange(width), columns, np.arange(width))
        return Image.fromarray(np.asarray(image)[:, source.round().astype(int)])

    return apply


def chained(*steps: Distortion) -> Distortion:
    """One after another."""

    def apply(image: Image.Image) -> Image.Image:
        for step in steps:
            image = step(image)
        return image

    return apply


def sharper(factor: float) -> Distortion:
    """As phones do after taking a picture."""
    return lambda image: ImageEnhance.Sharpness(image).enhance(factor)


def _perspective(
    source: tuple[tuple[float, float], ...], target: tuple[tuple[float, float], ...]
) -> list[float]:
    """The eight factors Pillow needs to see ``source`` as ``target``."""
    rows = []
    for (to_x, to_y), (from_x, from_y) in zip(source, target, strict=True):
        rows.append([to_x, to_y, 1, 0, 0, 0, -from_x * to_x, -from_x * to_y])
        rows.append([0, 0, 0, to_x, to_y, 1, -from_y * to_x, -from_y * to_y])
    right = [value for corner in target for value in corner]
    return list(np.linalg.solve(np.array(rows, dtype=float), np.array(right, dtype=float)))


MILD: dict[str, Distortion] = {
    "as printed": lambda image: image,
    **{f"turned {degrees}°": rotated(degrees) for degrees in range(15, 360, 30)},
    "blur 1 px": blurred(1.0),
    "noise 15": noisy(15),
    "JPEG q90": jpeg(90),
    "JPEG q50": jpeg(50),
    "JPEG q30": jpeg(30),
    "half size": smaller(0.5),
    "faded": faded(90, 190),
    "inverted": inverted,
    "slanted 15 %": slanted(0.15),
    "side light": shaded,
}
HARSH: dict[str, Distortion] = {
    "blur 2 px": blurred(2.0),
    "blur 3 px": blurred(3.0),
    "moved 6 px": moved(6),
    "noise 40": noisy(40),
    "noise 70": noisy(70),
    "third size": smaller(0.34),
    "third size, turned 37°": chained(smaller(0.34), rotated(37)),
    "faded to 8 %": faded(150, 170),
    "slanted 40 %": slanted(0.4),
    "screen, fine dots": on_screen(2.3),
    "screen, coarse dots": on_screen(4.6),
    "screen, deep dots": on_screen(3.3, depth=0.6, angle=12),
    "round a bottle": curved(1.0),
    "turned 40°, blur 2, q30": chained(rotated(40), blurred(2.0), jpeg(30)),
    "turned 200°, faded, noise": chained(rotated(200), faded(110, 160), noisy(8)),
    "half, noise 25, q30": chained(smaller(0.5), noisy(25), jpeg(30)),
}
