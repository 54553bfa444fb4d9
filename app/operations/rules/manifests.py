"""The manifest as JSON and back; what does not read as one is refused."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from app.operations.errors import NotABackup, UnknownFormat
from app.operations.terms import FORMAT, FileCopy, Keys, Manifest, Part, TableCopy


def written(manifest: Manifest) -> bytes:
    """The manifest as UTF-8 JSON, one document, keys in the order of its fields."""
    return json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()


def read(document: bytes) -> Manifest:
    """The manifest a document says. Raises NotABackup or UnknownFormat."""
    try:
        said = json.loads(document)
        number = int(said["format"])
    except (ValueError, KeyError, TypeError):
        raise NotABackup from None
    if number != FORMAT:
        raise UnknownFormat(found=number, known=FORMAT)
    try:
        return _manifest(said)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotABackup from None


def _manifest(said: dict[str, Any]) -> Manifest:
    return Manifest(
        format=FORMAT,
        program=str(said["program"]),
        made_at=str(said["made_at"]),
        revision=str(said["revision"]),
        tables=tuple(
            TableCopy(
                name=str(one["name"]),
                columns=tuple(str(column) for column in one["columns"]),
                rows=int(one["rows"]),
                parts=_parts(one["parts"]),
            )
            for one in said["tables"]
        ),
        sequences={str(name): last for name, last in said["sequences"].items()},
        files=tuple(
            FileCopy(path=str(one["path"]), size=int(one["size"]), parts=_parts(one["parts"]))
            for one in said["files"]
        ),
        keys=Keys(said["keys"]),
        key_part=_part(said["key_part"]) if said["key_part"] else None,
    )


def _parts(said: list[dict[str, Any]]) -> tuple[Part, ...]:
    return tuple(_part(one) for one in said)


def _part(said: dict[str, Any]) -> Part:
    return Part(name=str(said["name"]), size=int(said["size"]), sha256=str(said["sha256"]))


def stays_inside(path: str) -> bool:
    """Whether a path of a backup stays inside the folder it is restored into."""
    steps = path.split("/")
    return bool(path) and all(step not in ("", ".", "..") for step in steps) and "\0" not in path
