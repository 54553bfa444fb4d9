"""On which line of a TOML file each section, key and member of a list stands.

The reader of TOML does not tell. This walk knows just enough of the grammar: headers, keys at the
beginning of a line, strings, comments, brackets. It is only trusted with files TOML has read.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"""^\s*([A-Za-z0-9_-]+|"[^"]*"|'[^']*')\s*=\s*""")
_OPENS, _CLOSES = "[{", "]}"


def lines_of(text: str) -> dict[str, int]:
    """Lines by path: ``scheme.code``, ``indicator[3]``, ``indicator[3].bands[0]``, ``facts.x``."""
    walk = _Walk()
    for number, line in enumerate(text.splitlines(), 1):
        walk.take(line, number)
    return walk.found


@dataclass(slots=True)
class _Walk:
    found: dict[str, int] = field(default_factory=dict)
    section: str = ""
    key: str = ""
    depth: int = 0
    members: int = 0
    fresh: bool = False
    quote: str = ""
    _count: Counter[str] = field(default_factory=Counter)

    def take(self, line: str, number: int) -> None:
        """Go over one line."""
        rest = 0
        if not self.depth and not self.quote:
            if header := _HEADER.match(line):
                self._header(header[1], header[2], number)
                return
            found = _KEY.match(line)
            if found is None:
                return
            self.key = ".".join(filter(None, (self.section, found[1].strip("\"'"))))
            self.found.setdefault(self.key, number)
            self.members, self.fresh, rest = 0, False, found.end()
        self._value(line[rest:], number)

    def _header(self, bracket: str, name: str, number: int) -> None:
        name = ".".join(part.strip().strip("\"'") for part in name.split("."))
        if bracket == "[[":
            at = self._count[name]
            self._count[name] += 1
            name = f"{name}[{at}]"
        self.section = name
        self.found.setdefault(name, number)

    def _value(self, said: str, number: int) -> None:
        at = 0
        while at < len(said):
            at += self._step(said, at, number)
        if len(self.quote) == 1:  # a plain string ends with its line
            self.quote = ""

    def _step(self, said: str, at: int, number: int) -> int:
        here = said[at]
        if self.quote:
            if here == "\\" and self.quote[0] == '"':
                return 2
            if said.startswith(self.quote, at):
                size, self.quote = len(self.quote), ""
                return size
            return 1
        if here == "#":
            return len(said)
        if self.depth == 1 and self.fresh and not here.isspace() and here != "]":
            self.found.setdefault(f"{self.key}[{self.members}]", number)
            self.members, self.fresh = self.members + 1, False
        if here in "\"'":
            self.quote = here * 3 if said.startswith(here * 3, at) else here
            return len(self.quote)
        if here in _OPENS:
            self.depth += 1
            self.fresh = self.depth == 1 and here == "["
        elif here in _CLOSES:
            self.depth -= 1
        elif here == "," and self.depth == 1:
            self.fresh = True
        return 1
