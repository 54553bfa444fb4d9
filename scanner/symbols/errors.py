"""The refusals of the symbols, in order of precedence: size, kind, damage, drawing."""

from __future__ import annotations

from ledger.kernel.errors import Invalid, LimitReached, Malformed


class PictureTooHeavy(LimitReached):
    """The file is larger than a picture for scanning needs to be."""

    code = "symbols.picture_too_heavy"


class HeicUnsupported(Malformed):
    """The picture is HEIC, which is not read."""

    code = "symbols.heic_unsupported"


class NotAPicture(Malformed):
    """The bytes are no picture of a kind that is read."""

    code = "symbols.not_a_picture"


class TooManyPixels(LimitReached):
    """The picture unfolds to more pixels than are read."""

    code = "symbols.too_many_pixels"


class PictureDamaged(Malformed):
    """The picture breaks off or its data are damaged."""

    code = "symbols.picture_damaged"


class NotDrawable(Invalid):
    """The text cannot be drawn in this kind of symbol."""

    code = "symbols.not_drawable"
