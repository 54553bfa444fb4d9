"""Every refusal of the codes is said in both languages, with parameters it really has."""

from __future__ import annotations

import inspect
import tomllib
from pathlib import Path

from ledger.kernel.errors import Invalid, Refusal
from scanner.codes import errors

TEXTS = Path(__file__).parents[3] / "app" / "locale" / "refusals" / "codes.toml"


def test_each_code_has_its_texts_and_no_text_is_left_over() -> None:
    """The file and the classes name the same situations."""
    codes = tomllib.loads(TEXTS.read_text(encoding="utf-8"))["codes"]
    classes = (found for _, found in inspect.getmembers(errors, inspect.isclass))
    refusals = {found.code for found in classes if issubclass(found, Refusal)} - {Invalid.code}
    assert codes.keys() == refusals
    assert all(text["zh"] and text["en"] for text in codes.values())
