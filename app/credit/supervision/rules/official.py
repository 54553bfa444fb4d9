"""The official list: 796 libraries, each an industry in a region, from the files in ``data``.

``libraries.csv`` lists them; what each asks of a subject follows from its industry's tags in
``industries.csv`` and its region's division in ``regions.csv``.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

_EVERYWHERE = "every"
_IN_BUSINESS = {"status": "active"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialLibrary:
    """A line of the official list, with the rule it stands for as data."""

    code: str
    zh: str
    en: str
    region: str
    industry: str
    attribute: str
    rule: Mapping[str, Any]
    valid_from: date
    source: str
    mark: str


def _rows(name: str) -> list[dict[str, str]]:
    text = files("app.credit.supervision").joinpath(f"data/{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def industry_texts() -> Mapping[str, tuple[str, str]]:
    """What an industry is called, by its code."""
    return {row["code"]: (row["zh"], row["en"]) for row in _rows("industries")}


@cache
def regions() -> Mapping[str, tuple[str, str]]:
    """The regions libraries are made for: {division or its stem: (zh, en)}."""
    return {row["stem"]: (row["zh"], row["en"]) for row in _rows("regions")}


@cache
def official_libraries() -> tuple[OfficialLibrary, ...]:
    """All libraries of the official list, in its order."""
    industries = {row["code"]: row for row in _rows("industries")}
    named = regions()
    found = []
    for row in _rows("libraries"):
        industry, region = industries[row["industry"]], row["region"]
        zh, en = named[region]
        found.append(
            OfficialLibrary(
                code=row["code"],
                zh=f"{zh} {industry['zh']}",
                en=f"{en}: {industry['en']}",
                region=region,
                industry=industry["code"],
                attribute=industry["attribute"],
                rule={"all": [{"division": region}, json.loads(industry["rule"]), _IN_BUSINESS]},
                valid_from=date.fromisoformat(row["valid_from"]),
                source=row["source"],
                mark=row["mark"],
            )
        )
    return tuple(found)


def version() -> str:
    """The day of the newest line of the list: a later list is loaded over an earlier one."""
    return max(each.valid_from for each in official_libraries()).isoformat()


def crossed() -> list[tuple[str, str]]:
    """Every (region, industry) the axes give, as the list must have them."""
    stems = list(regions())
    return [
        (stem, row["code"])
        for row in _rows("industries")
        for stem in (stems if row["where"] == _EVERYWHERE else stems[:1])
    ]
