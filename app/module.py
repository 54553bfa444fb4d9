"""What a module declares of itself; the menu, the schedule and the documents are drawn from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import click
from flask import Blueprint as WebBlueprint
from flask_smorest import Blueprint as ApiBlueprint

from app.doors.jobs import Job


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem:
    """A line of the menu, shown to those who hold ``needs``; ``icon`` is a name of the sprite."""

    endpoint: str
    title: Bilingual
    icon: str
    needs: str
    order: int
    phone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """A job the scheduler starts again and again."""

    seconds: int
    job: Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A part of a subject's page that a module contributes."""

    view: Callable[..., str]
    order: int


class Place(StrEnum):
    """Where on a credit file a part stands."""

    HEAD = "head"
    """At the left of the card: one picture and a line or two, such as a grade."""
    TAG = "tag"
    """Among the tags of the card, a ``tag`` of ``_marks.html`` each."""
    BODY = "body"
    """Between the counts and the records: whole panels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """What a module shows of a subject on its credit file, and in the report made of it.

    ``view(unit, subject, audience)`` gives markup, empty where this audience is shown nothing;
    ``paper(unit, subject, audience, language)`` gives blocks of ``app.papers.terms``.
    """

    view: Callable[..., str]
    order: int
    place: Place = Place.BODY
    paper: Callable[..., Sequence[Any]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideRecord:
    """What a module shows beside single records of a credit file, all of a page in one call.

    ``view(unit, subject, audience, records)`` gives {record id: markup}; ``words`` plain texts by
    record id, for the report.
    """

    view: Callable[..., Mapping[int, str]]
    words: Callable[..., Mapping[int, str]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A module's manifest: its doors, what it may announce and reacts to, its periodic work."""

    name: str
    title: Bilingual
    apis: tuple[ApiBlueprint, ...] = ()
    webs: tuple[WebBlueprint, ...] = ()
    commands: tuple[click.Command, ...] = ()
    permissions: tuple[str, ...] = ()
    menu: tuple[MenuItem, ...] = ()
    panels: tuple[Panel, ...] = ()
    file_parts: tuple[FilePart, ...] = ()
    beside_records: tuple[BesideRecord, ...] = ()
    banners: tuple[Callable[..., Any], ...] = ()
    """What a module says at the head of a product's or lot's public page: (unit, product, lot)."""
    announces: tuple[str, ...] = ()
    reacts_to: Mapping[str, Job] = field(default_factory=dict)
    periodic: tuple[Every, ...] = ()
    jobs: tuple[Job, ...] = ()
    extras: Mapping[str, Any] = field(default_factory=dict)
