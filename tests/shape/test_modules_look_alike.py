"""Every slice draws on the same files, so that who knows one knows all."""

from __future__ import annotations

import pytest
from support.sources import ROOT, slices

FILES = {
    "module",
    "api",
    "web",
    "jobs",
    "cli",
    "schemas",
    "services",
    "queries",
    "model",
    "rules",
    "errors",
    "terms",
}
FOLDERS = {"templates", "data", "__pycache__"}
OWN = {
    "app.help": {"pages", "glossary.md"},  # the manual itself
    "ledger.entries": {"writer"},  # COPY, the one way into the book
    # pictures, not records: drawn, read back, and looked at
    "scanner.symbols": {
        "decode",
        "drawing",
        "evidence",
        "labels",
        "modules",
        "passes",
        "pictures",
        "render",
    },
}
DOORS = {"module", "api", "web", "jobs", "cli", "schemas"}


def parts(name):
    folder = ROOT / name.replace(".", "/")
    return {path.name.removesuffix(".py") for path in folder.iterdir()} - {"__init__", "py.typed"}


@pytest.mark.parametrize("name", slices())
def test_a_slice_has_only_the_agreed_files(name):
    assert parts(name) - FILES - FOLDERS - OWN.get(name, set()) == set()


@pytest.mark.parametrize("name", slices())
def test_the_slices_below_have_no_doors(name):
    if name.startswith("app."):
        assert "module" in parts(name)
    else:
        assert parts(name) & DOORS == set()


@pytest.mark.parametrize("name", slices())
def test_the_first_file_is_one_sentence(name):
    import ast

    tree = ast.parse((ROOT / name.replace(".", "/") / "__init__.py").read_text("utf-8"))
    assert ast.get_docstring(tree)
    assert len(tree.body) == 1


@pytest.mark.parametrize("name", slices())
def test_templates_lie_in_a_folder_of_the_slices_name(name):
    folder = ROOT / name.replace(".", "/") / "templates"
    if folder.exists():
        assert {path.name for path in folder.iterdir()} == {name.rsplit(".", 1)[1]}
