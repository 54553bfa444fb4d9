"""A part of an answer whose objects nobody may want."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar, overload

T = TypeVar("T")


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Let the garbage collector wait: a large answer is many small objects that all stay.

    Measured on 16,000 rows: it walked over them again and again and took half of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Later(Sequence[T]):
    """A part of an answer whose objects are made when somebody looks at them.

    A trace has thousands of deliveries, and many a reader wants none of them. It is a value: what
    it will hold is settled, it reads nothing any more.
    """

    __slots__ = ("_items", "_length", "_make")

    def __init__(self, length: int, make: Callable[[], Iterable[T]]) -> None:
        self._length, self._make = length, make
        self._items: tuple[T, ...] | None = None

    @property
    def items(self) -> tuple[T, ...]:
        """All of it as objects."""
        if self._items is None:
            with collector_at_rest():
                self._items = tuple(self._make())
        return self._items

    @overload
    def __getitem__(self, place: int) -> T: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[T, ...]: ...

    def __getitem__(self, place: Any) -> Any:
        return self.items[place]

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return self._length

    def __eq__(self, other: object) -> bool:
        return self.items == (other.items if isinstance(other, Later) else other)

    def __hash__(self) -> int:
        return hash(self.items)

    def __repr__(self) -> str:
        return repr(self.items)
