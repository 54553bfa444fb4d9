"""Every refusal and doubt of the identifiers is said in both languages, with its parameters."""

from __future__ import annotations

import inspect
import tomllib
from pathlib import Path

from ledger.kernel.errors import Refusal
from ledger.kernel.identifiers import errors

TEXTS = Path(__file__).parents[4] / "app" / "locale" / "refusals" / "identifiers.toml"
DOUBTS = {
    "identifiers.organisation_check",
    "identifiers.unknown_department",
    "identifiers.unknown_division",
    "identifiers.qs_ended",
    "identifiers.licence_check_digit",
    "identifiers.licence_category",
}


def test_each_code_has_its_texts_and_no_text_is_left_over() -> None:
    """The file and the classes name the same situations."""
    codes = tomllib.loads(TEXTS.read_text(encoding="utf-8"))["codes"]
    classes = (found for _, found in inspect.getmembers(errors, inspect.isclass))
    refusals = {found.code for found in classes if issubclass(found, Refusal)}
    assert codes.keys() == (refusals - {"request.invalid"}) | DOUBTS
    assert all(text["zh"] and text["en"] for text in codes.values())
