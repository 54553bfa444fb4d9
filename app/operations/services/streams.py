"""Streams of bytes into gzip parts and back: packed beside what makes them, in bounded memory."""

from __future__ import annotations

import gzip
import hashlib
import io
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from app.operations.services.archive import Reader, Writer, checked
from app.operations.terms import PIECE_BYTES, Part

_AT_ONCE = 2  # packing is a third of the work; more threads only wait for the server
_LEVEL = 1  # measured on the book: 1 packs as fast as the server sends, 6 takes four times as long


class PartsOut(io.RawIOBase):
    """A file to write to that becomes numbered parts of a backup: at most four lie in memory."""

    def __init__(self, writer: Writer, name: str, pool: ThreadPoolExecutor) -> None:
        super().__init__()
        self._writer, self._name, self._pool = writer, name, pool
        self._packing: deque[Future[tuple[bytes, str]]] = deque()
        self.parts: list[Part] = []
        self.taken = 0

    def writable(self) -> bool:
        """It is written to."""
        return True

    def write(self, data: Any, /) -> int:
        """Take a piece; it is packed by another thread while the next one arrives."""
        piece = bytes(data)
        self.taken += len(piece)
        self._packing.append(self._pool.submit(_packed, piece))
        while len(self._packing) > _AT_ONCE:
            self._settle()
        return len(piece)

    def finish(self) -> tuple[Part, ...]:
        """Write what is still being packed; the parts in their order."""
        while self._packing:
            self._settle()
        return tuple(self.parts)

    def _settle(self) -> None:
        content, digest = self._packing.popleft().result()
        name = f"{self._name}/{len(self.parts) + 1:06d}.gz"
        self._writer.add(name, content)
        self.parts.append(Part(name=name, size=len(content), sha256=digest))


def buffered(out: PartsOut) -> io.BufferedWriter:
    """The same file for many small writes; it must be flushed before ``finish``."""
    return io.BufferedWriter(out, PIECE_BYTES)


class PartsIn(io.RawIOBase):
    """The parts of a stream as one file to read from, unpacked ahead by other threads."""

    def __init__(self, reader: Reader, parts: tuple[Part, ...], pool: ThreadPoolExecutor) -> None:
        super().__init__()
        self._pieces = _unpacked_ahead(reader, parts, pool)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """It is read from."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill the buffer with what comes next; 0 at the end."""
        room = memoryview(buffer).cast("B")
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        count = min(len(room), len(self._rest))
        room[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _unpacked_ahead(
    reader: Reader, parts: tuple[Part, ...], pool: ThreadPoolExecutor
) -> Iterator[bytes]:
    waiting: deque[Future[bytes]] = deque()
    for part in parts:
        # read here, unpacked there: a tar file has one place it is read at
        waiting.append(pool.submit(gzip.decompress, checked(reader, part)))
        if len(waiting) > _AT_ONCE:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def part_of(name: str, content: bytes) -> Part:
    """What the manifest says of a part."""
    return Part(name=name, size=len(content), sha256=hashlib.sha256(content).hexdigest())


def _packed(piece: bytes) -> tuple[bytes, str]:
    content = gzip.compress(piece, _LEVEL, mtime=0)
    return content, hashlib.sha256(content).hexdigest()


def pool() -> ThreadPoolExecutor:
    """The threads that pack and unpack."""
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="parts")
