"""The ways a picture is prepared before it is read, from the cheapest to the most patient.

A pass is a preparation and a turn. Bars are read along rows, so a picture is turned until they
stand upright; the angles are first those its own edges show, then blind steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

from scanner.symbols.pictures import Picture

Prepare = Callable[[Image.Image], Image.Image]
Greys = NDArray[np.float32]
# Bars are found within this many degrees of upright, so smaller turns are not worth a pass.
UPRIGHT_WITHIN = 5
PEAKS_MAX = 2
PEAK_DISTANCE = 8
# Between blind turns no bar is further than half a step from upright.
BLIND_TURNS = (22, 45, 68, 11, 34, 56, 79)
ORIENTATION_SIDE = 700
WORKING_SIDE = 2_000
SMALL_SIDE = 1_400
GREY = 160


@dataclass(frozen=True, kw_only=True, slots=True)
class Pass:
    """One attempt: the prepared picture, its size over the original's, and its turn in degrees."""

    name: str
    image: Image.Image
    scale: float
    turn: int
    is_patient: bool


def passes(picture: Picture) -> Iterator[Pass]:
    """Every attempt in the order it is worth making; a pass is prepared when it is asked for.

    The attempts that are not ``is_patient`` are made even when something was found before, so
    that several symbols at several angles in one photo are all read.
    """
    base = _at_most(picture.grey, WORKING_SIDE)
    scale = picture.scale * base.width / picture.grey.width
    turns = shown_turns(base)
    for turn in (0, *turns):
        yield _pass("plain", base, scale, turn, is_patient=False)
    if base.width < picture.grey.width:
        yield _pass("whole", picture.grey, picture.scale, 0, is_patient=True)
    for name, prepare in PATIENT.items():
        prepared = prepare(base)
        size = scale * prepared.width / base.width
        for turn in (0, *turns):
            yield _pass(name, prepared, size, turn, is_patient=True)
    yield from _blind(base, scale)
    yield from _channels(picture)


def shown_turns(image: Image.Image) -> tuple[int, ...]:
    """At most two angles, 1 to 89 degrees, by which the picture's strongest edges are tilted.

    From the histogram of gradient directions: bars give one sharp peak.
    """
    small = _at_most(image, ORIENTATION_SIDE).filter(ImageFilter.GaussianBlur(1.2))
    grey = np.asarray(small, dtype=np.float32)
    across = grey[1:-1, 2:] - grey[1:-1, :-2]
    down = grey[2:, 1:-1] - grey[:-2, 1:-1]
    strength = np.hypot(across, down)
    angles = np.degrees(np.arctan2(down, across)) % 90
    bins, _ = np.histogram(angles, bins=90, range=(0, 90), weights=strength * strength)
    smooth = bins + np.roll(bins, 1) + np.roll(bins, -1)
    return _peaks(smooth)


def _peaks(heights: NDArray[np.float64]) -> tuple[int, ...]:
    found: list[int] = []
    rest = heights.copy()
    floor = float(np.median(heights)) * 1.5
    while len(found) < PEAKS_MAX:
        peak = int(rest.argmax())
        if rest[peak] <= floor:
            break
        for away in range(-PEAK_DISTANCE, PEAK_DISTANCE + 1):
            rest[(peak + away) % 90] = 0
        if UPRIGHT_WITHIN < peak < 90 - UPRIGHT_WITHIN:
            found.append(peak)
        elif not rest.any():
            break
    return tuple(found)


def _pass(name: str, image: Image.Image, scale: float, turn: int, *, is_patient: bool) -> Pass:
    turned = image
    if turn:
        turned = image.rotate(turn, Image.Resampling.BILINEAR, expand=True, fillcolor=GREY)
        name = f"{name}, turned {turn}°"
    return Pass(name=name, image=turned, scale=scale, turn=turn, is_patient=is_patient)


def unturned(corner: tuple[int, int], done: Pass, original: tuple[int, int]) -> tuple[int, int]:
    """A point of a pass as a point of the original picture; ``original`` is its size."""
    angle = math.radians(done.turn)
    width, height = original[0] * done.scale, original[1] * done.scale
    left, top = corner[0] - done.image.width / 2, corner[1] - done.image.height / 2
    across = left * math.cos(angle) - top * math.sin(angle) + width / 2
    down = left * math.sin(angle) + top * math.cos(angle) + height / 2
    return round(across / done.scale), round(down / done.scale)


def _at_most(image: Image.Image, side: int) -> Image.Image:
    factor = side / max(image.size)
    if factor >= 1:
        return image
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.BOX)


def _evened(image: Image.Image) -> Image.Image:
    """Light made even: each point over the brightness around it."""
    radius = max(image.size) / 24
    around = image.filter(ImageFilter.BoxBlur(radius))
    grey, light = np.asarray(image, dtype=np.float32), np.asarray(around, dtype=np.float32)
    return _image(grey / (light + 1) * 128)


def _softened(image: Image.Image) -> Image.Image:
    """Grain and screen dots smoothed away."""
    return ImageOps.autocontrast(image.filter(ImageFilter.GaussianBlur(1.6)), cutoff=1)


def _halved(image: Image.Image) -> Image.Image:
    """Half the size, each point the mean of four."""
    return ImageOps.autocontrast(image.reduce(2), cutoff=1)


def _inverted(image: Image.Image) -> Image.Image:
    """Light and dark exchanged."""
    return ImageOps.invert(_evened(image))


def _doubled(image: Image.Image) -> Image.Image:
    """Twice the size with edges drawn sharper, for symbols far away."""
    if max(image.size) > SMALL_SIDE:
        return image.filter(ImageFilter.UnsharpMask(2, 250, 0))
    size = (image.width * 2, image.height * 2)
    larger = image.resize(size, Image.Resampling.BICUBIC)
    return larger.filter(ImageFilter.UnsharpMask(3, 250, 0))


def _median(image: Image.Image) -> Image.Image:
    """Single wrong points removed."""
    return ImageOps.autocontrast(image.filter(ImageFilter.MedianFilter(5)), cutoff=1)


def _focused(radius: float, *, noise: float, is_doubled: bool = False) -> Prepare:
    """A Gaussian blur of a radius in pixels undone, as far as noise allows (Wiener).

    ``noise`` is the share of power taken for noise; small pictures are doubled when asked.
    """

    def prepare(image: Image.Image) -> Image.Image:
        grey = np.asarray(image, dtype=np.float32)
        rows, columns = grey.shape
        down = np.fft.fftfreq(rows)[:, None]
        across = np.fft.rfftfreq(columns)[None, :]
        blur = np.exp(-2 * (math.pi * radius) ** 2 * (down**2 + across**2))
        undone = np.fft.rfft2(grey) * (blur / (blur**2 + noise))
        sharp = _image(np.fft.irfft2(undone, s=(rows, columns)).astype(np.float32))
        if not is_doubled or max(image.size) > SMALL_SIDE:
            return sharp
        return sharp.resize((columns * 2, rows * 2), Image.Resampling.BICUBIC)

    return prepare


def _image(greys: Greys) -> Image.Image:
    return Image.fromarray(greys.clip(0, 255).astype(np.uint8))


def _blind(base: Image.Image, scale: float) -> Iterator[Pass]:
    even = _evened(base)
    for turn in BLIND_TURNS:
        yield _pass("plain", base, scale, turn, is_patient=True)
        yield _pass("evened", even, scale, turn, is_patient=True)


def _channels(picture: Picture) -> Iterator[Pass]:
    """Each colour alone: some prints differ in colour and not in brightness."""
    if picture.colours is None:
        return
    for name, band in (("red", 0), ("green", 1), ("blue", 2)):
        alone = _at_most(picture.colours.getchannel(band), WORKING_SIDE)
        scale = picture.scale * alone.width / picture.grey.width
        yield _pass(name, ImageOps.autocontrast(alone), scale, 0, is_patient=True)


# In the order of what each adds over those before it, measured on blurred, grainy, weak prints.
PATIENT: dict[str, Prepare] = {
    "refocused": _focused(1.5, noise=0.03, is_doubled=True),
    "evened": _evened,
    "focused 3": _focused(3.0, noise=0.003),
    "halved": _halved,
    "inverted": _inverted,
    "softened": _softened,
    "doubled": _doubled,
    "focused 2": _focused(2.0, noise=0.003),
    "median": _median,
}
