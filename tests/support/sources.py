"""The project's own source files, for tests of the house's shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("app", "ledger", "scanner", "migrations")
_NOT_OURS = ("node_modules", "static", "frontend")


@dataclass(frozen=True)
class Source:
    """One file: its path from the root, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> list[str]:
        """Its lines, without their ends."""
        return self.text.split("\n")


@cache
def sources(*rooms: str) -> tuple[Source, ...]:
    """All Python files of some rooms (all rooms by default), in order."""
    return tuple(_read(path) for room in rooms or ROOMS for path in _files(ROOT / room, ".py"))


def _files(folder: Path, suffix: str) -> Iterator[Path]:
    for path in sorted(folder.rglob(f"*{suffix}")):
        if not set(path.relative_to(ROOT).parts) & set(_NOT_OURS):
            yield path


def _read(path: Path) -> Source:
    text = path.read_text("utf-8")
    return Source(str(path.relative_to(ROOT)), text, ast.parse(text))


@cache
def slices() -> tuple[str, ...]:
    """The dotted names of all slices: folders of one subject with the same files inside."""
    found = ["app.accounts", "app.help", "app.messages", "app.operations"]
    for room in ("ledger", "scanner", "app/food", "app/credit"):
        folders = (ROOT / room).iterdir() if (ROOT / room).is_dir() else iter(())
        found += [
            f"{room}/{folder.name}".replace("/", ".")
            for folder in folders
            if (folder / "__init__.py").exists() and folder.name != "kernel"
        ]
    return tuple(sorted(found))


@cache
def import_everything() -> None:
    """Import every module of the house, so that all classes and tables are known."""
    for source in sources("app", "ledger", "scanner"):
        if not source.path.endswith("__main__.py"):
            import_module(
                source.path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
            )
