"""A log as somebody publishes it (C2SP tlog-tiles): behind an address, or copied into a folder."""

from __future__ import annotations

from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from app.proof import errors
from ledger.proof.rules import note
from ledger.proof.rules.tiles import tile_path
from ledger.proof.terms import TileAddress

_SECONDS = 20
_BYTES_MAX = (
    note.NOTE_BYTES_MAX
)  # a tile has 8 KiB, a checkpoint with its signatures less than this
_SCHEMES = ("http://", "https://")


class Published:
    """The checkpoint and tiles of a log at ``place``, an address or a folder."""

    def __init__(self, place: str) -> None:
        self._place = place.rstrip("/")

    def checkpoint(self) -> str:
        """The newest checkpoint, as it was signed. Raises LogSilent, NoteNotText."""
        found = self._read("checkpoint")
        if found is None:
            raise errors.LogSilent(place=self._place)
        return note.text_from(found)

    def tile(self, address: TileAddress) -> bytes:
        """A tile, or the full one where a partial has been taken away; empty where there is none.

        Raises LogSilent.
        """
        found = self._read(f"tile/{tile_path(address)}")
        if found is None and not address.full:
            found = self._read(f"tile/{tile_path(TileAddress(address.level, address.index))}")
        return found or b""

    def _read(self, name: str) -> bytes | None:
        if self._place.startswith(_SCHEMES):
            return self._fetched(f"{self._place}/{name}")
        path = Path(self._place) / name
        return path.read_bytes()[:_BYTES_MAX] if path.is_file() else None

    def _fetched(self, address: str) -> bytes | None:
        try:
            with urlopen(Request(address), timeout=_SECONDS) as answer:  # noqa: S310 - see _SCHEMES
                data: bytes = answer.read(_BYTES_MAX)
                return data
        except URLError as problem:
            if getattr(problem, "code", None) == 404:
                return None
            raise errors.LogSilent(place=self._place) from problem
        except OSError as problem:
            raise errors.LogSilent(place=self._place) from problem
