"""The refusals of the log's doors, in order of precedence: its keys, what it has, other logs."""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Invalid, NotFound, Unavailable


class LogKeyExposed(Invalid):
    """The file with the log's secret key can be read by others than its owner."""

    code = "proof.log_key_exposed"


class LogKeyMissing(NotFound):
    """No public key was named, and there is no key of an own log to take it from."""

    code = "proof.log_key_missing"


class KeyOfOtherKind(Invalid):
    """A witness's key was given where a log's is needed, or the other way round."""

    code = "proof.key_of_other_kind"


class FileThere(Conflict):
    """A new key is never written over an old file."""

    code = "proof.file_there"


class NothingSealed(NotFound):
    """Nothing has been sealed yet, so there is no checkpoint."""

    code = "proof.nothing_sealed"


class TileMissing(NotFound):
    """The log has no such tile, or not so wide a one yet."""

    code = "proof.tile_missing"


class TilesDiffer(Invalid):
    """The published tiles do not give the root of the published checkpoint."""

    code = "proof.tiles_differ"


class LogSilent(Unavailable):
    """A published log cannot be read: its address or folder gives no checkpoint."""

    code = "proof.log_silent"
