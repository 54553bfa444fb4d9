"""The refusals of files, in order of precedence: the file itself, then the store behind it."""

from __future__ import annotations

from ledger.kernel.errors import Invalid, LimitReached, Malformed, NotFound, Unavailable


class FileEmpty(Malformed):
    """Nothing was attached, or a file without content."""

    code = "blobs.file_empty"


class FileTooLarge(LimitReached):
    """The file is larger than files may be."""

    code = "blobs.file_too_large"


class FileKindRefused(Invalid):
    """What is in the file is none of the kinds that are taken, whatever its name says."""

    code = "blobs.file_kind_refused"


class FileBroken(Invalid):
    """The file begins as one of the kinds that are taken, and cannot be read to its end."""

    code = "blobs.file_broken"


class TooManyPixels(Invalid):
    """The picture has more pixels than pictures may have."""

    code = "blobs.too_many_pixels"


class FileGone(NotFound):
    """No file of this hash is kept."""

    code = "blobs.file_gone"


class BlobsSilent(Unavailable):
    """The place where files are kept does not answer; nothing was kept."""

    code = "blobs.silent"
