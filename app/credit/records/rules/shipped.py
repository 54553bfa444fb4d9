"""The catalogue and the agencies that come with the code."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from app.credit.records.rules.catalogue import read_catalogue
from app.credit.records.terms import AgencyKind, AgencyNamed, Item

_DATA = files("app.credit.records").joinpath("data")


def shared_fields() -> str:
    """The fields and code lists every catalogue file may name."""
    return _DATA.joinpath("fields.toml").read_text("utf-8")


@cache
def shipped_files() -> tuple[str, ...]:
    """The texts of the catalogue files that come with the code."""
    folder = _DATA.joinpath("catalogue")
    found = sorted(folder.iterdir(), key=lambda path: path.name)
    return tuple(path.read_text("utf-8") for path in found if path.name.endswith(".toml"))


@cache
def shipped_items() -> tuple[Item, ...]:
    """The items of these files."""
    shared = shared_fields()
    return tuple(item for text in shipped_files() for item in read_catalogue(text, shared))


def shipped_agencies() -> tuple[AgencyNamed, ...]:
    """The agencies of ``data/agencies.csv``: a sample of the 69, with codes made up for them."""
    said = _DATA.joinpath("agencies.csv").read_text("utf-8")
    return tuple(
        AgencyNamed(
            id=int(row["id"]),
            code=row["code"],
            zh=row["zh"],
            en=row["en"],
            kind=AgencyKind(row["kind"]),
            level=row["level"],
            uscc=row["uscc"],
            division=row["division"],
        )
        for row in csv.DictReader(said.splitlines())
    )
