"""The words of help: a page of the manual, and an endpoint as the API page shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class HelpPage:
    """A page of the manual in one language; ``html`` comes from our own Markdown."""

    name: str
    title: str
    html: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One field of a body or a query: its dotted path, type, whether it must be there."""

    path: str
    type: str
    required: bool
    about: str
    example: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """One answer of an endpoint."""

    status: str
    about: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One endpoint: what it takes and what it answers."""

    anchor: str
    method: str
    path: str
    summary: str
    about: str
    tag: str
    takes: tuple[Field, ...]
    example: str
    replies: tuple[Reply, ...]
