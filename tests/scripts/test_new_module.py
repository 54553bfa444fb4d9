"""A module made by scripts/new_module works and looks like its siblings, untouched."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TREE = ("app", "ledger", "scanner", "migrations", "scripts", "tests")
LINKED = (".venv", "build", "app/static/dist", "app/papers/fonts")
NOT_OURS = shutil.ignore_patterns("node_modules", "dist", "fonts", "__pycache__", "data")
LOOKED_AT = (  # what costs seconds; the gate looks at all of a module that is there to stay
    "test_modules_look_alike.py",
    "test_placement.py",
    "test_refusals_are_translated.py",
    "test_schema_matches_models.py",
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the tree; what is built is the original's."""
    for name in TREE:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=_left_out)
    for name in ("pyproject.toml", "CONTRIBUTING.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    (ROOT / "build").mkdir(exist_ok=True)
    for name in LINKED:
        (tmp_path / name).symlink_to((ROOT / name).resolve())
    return tmp_path


def _left_out(folder: str, names: list[str]) -> set[str]:
    """What is built, and what only other tests read: pictures and books of towns."""
    left = set(NOT_OURS(folder, names))
    return left if "tests" in Path(folder).parts else left - {"data"}


def made(tree: Path, *said: str) -> subprocess.CompletedProcess[str]:
    tool = [sys.executable, str(tree / "scripts/new_module"), *said]
    return subprocess.run(tool, cwd=tree, capture_output=True, text=True, check=False)


def run(tree: Path, *said: str) -> None:
    """Run a tool of the gate in the tree, as if it were not inside a test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        [sys.executable, "-m", *said],
        cwd=tree,
        env=kept | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_a_module_is_made_and_passes_its_own_tests_and_the_houses(tree: Path) -> None:
    said = made(tree, "repairings", "信用修复样", "Mended credit", "--one", "mending")
    assert said.returncode == 0, said.stderr
    files = [path for path in said.stdout.split() if path.endswith(".py")]
    assert len(files) > 15
    run(tree, "ruff", "check", "--quiet", *files)
    run(tree, "ruff", "format", "--check", "--quiet", *files)
    tests = [f"tests/shape/{name}" for name in LOOKED_AT]
    mine = "repairings or placement or refusals or agree or last_migration"
    own = "tests/app/credit/repairings"
    run(tree, "pytest", "-q", "-p", "no:cacheprovider", "-k", mine, *tests, own)


def test_every_sentence_of_its_pages_has_its_english_one() -> None:
    shape = ROOT / "scripts/module_shape/app"
    said = {
        text
        for path in shape.rglob("*.html")
        for text in re.findall(r"""_\(["'](.+?)["']""", path.read_text("utf-8"))
    }
    catalogue = (shape / "locale/en/specimens.po").read_text("utf-8")
    assert said == set(re.findall(r'^msgid "(.+)"$', catalogue, re.MULTILINE))


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (("Repairs", "信用修复", "Credit repair"), "small letters"),
        (("repair_s", "信用修复", "Credit repair"), "small letters"),
        (("wantings", "repair", "Credit repair"), "titles"),
        (("wantings", "信用修复", "信用修复"), "titles"),
        (("subjects", "主体二", "Subjects again"), "there is a module"),
        (("inbox", "消息二", "Messages again", "--one", "message"), "is taken"),
        (("wantings", "信用修复", "Credit repair", "--beside", "nowhere"), "no layer"),
    ],
)
def test_what_cannot_be_a_module_leaves_nothing(said: tuple[str, ...], why: str) -> None:
    refused = made(ROOT, *said)
    assert (refused.returncode, why in refused.stderr) == (2, True), refused.stderr
    assert not (ROOT / "app/credit" / said[0]).exists()
