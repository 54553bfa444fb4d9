"""A section of a scheme's file: its keys read one by one, each fault noted with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from app.credit.scoring import errors
from app.credit.scoring.terms import POINT, Said
from ledger.kernel.errors import Refusal

CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
CLASS_CODE = re.compile(r"[A-Za-z0-9+_-]{1,8}")
WORD = re.compile(r"[^\x00-\x1f]{1,200}")
_MOST = 10**9  # thousandths; a million points is more than any scheme says
_MISSING: Any = object()
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a file, and where."""

    line: int
    code: str
    params: Mapping[str, Any]


@dataclass(slots=True)
class Faults:
    """All that is wrong with a file, as it is found."""

    found: list[Fault] = field(default_factory=list)

    def note(self, error: type[Refusal], line: int, **params: Any) -> None:
        """Note a fault by the refusal that says it."""
        self.found.append(Fault(line, error.code, params))


@dataclass(slots=True)
class Section:
    """A table of the file; what is read from it is known, and the rest is refused by ``done``."""

    said: Mapping[str, Any]
    path: str
    lines: Mapping[str, int]
    faults: Faults
    used: set[str] = field(default_factory=set)

    def line(self, key: str = "") -> int:
        """The line of a key, or of the section where the key has none."""
        own = self.lines.get(self.path, 1)
        return self.lines.get(f"{self.path}.{key}", own) if key else own

    def fault(self, error: type[Refusal], key: str = "", **params: Any) -> None:
        """Note a fault about a key or the whole section."""
        self.faults.note(error, self.line(key), key=key, **params)

    def _get(self, key: str, default: Any) -> Any:
        self.used.add(key)
        if key in self.said:
            return self.said[key]
        if default is _MISSING:
            self.fault(errors.KeyMissing, key)
        return None

    def text(
        self, key: str, default: str = _MISSING, *, like: re.Pattern[str] | None = None
    ) -> str:
        """A text of one line, "" where it is wrong."""
        found = self._get(key, default)
        if found is None:
            return "" if default is _MISSING else default
        if not isinstance(found, str) or not (like or WORD).fullmatch(found):
            self.fault(errors.ValueWrong, key, said=str(found)[:60])
            return ""
        return found

    def said_in_both(self, key: str, default: str = _MISSING) -> Said:
        """A text in both languages: ``{zh = …, en = …}``, or one text for both."""
        found = self._get(key, default)
        if found is None:
            return Said("", "") if default is _MISSING else Said(default, default)
        if isinstance(found, str) and found.strip():
            return Said(found, found)
        if isinstance(found, dict) and set(found) == {"zh", "en"}:
            zh, en = found["zh"], found["en"]
            if isinstance(zh, str) and isinstance(en, str) and zh.strip() and en.strip():
                return Said(zh, en)
        self.fault(errors.ValueWrong, key, said=str(found)[:60])
        return Said("", "")

    def yes(self, key: str, default: bool = _MISSING) -> bool:
        """True or false."""
        found = self._get(key, default)
        if found is None:
            return default is not _MISSING and default
        if not isinstance(found, bool):
            self.fault(errors.ValueWrong, key, said=str(found)[:60])
            return False
        return found

    def day(self, key: str, *, required: bool = True) -> date | None:
        """A calendar day."""
        found = self._get(key, _MISSING if required else None)
        if found is None:
            return None
        if not isinstance(found, date) or isinstance(found, datetime):
            self.fault(errors.ValueWrong, key, said=str(found)[:60])
            return None
        return found

    def count(self, key: str, default: int = _MISSING, *, most: int = 1000) -> int:
        """A whole number from 0."""
        found = self._get(key, default)
        if found is None:
            return 0 if default is _MISSING else default
        if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= most:
            self.fault(errors.ValueWrong, key, said=str(found)[:60])
            return 0
        return found

    def points(self, key: str, default: int = _MISSING) -> int:
        """Points with up to three decimals, as thousandths; ``default`` is in thousandths."""
        found = self._get(key, default)
        if found is None:
            return 0 if default is _MISSING else default
        return self.thousandths(found, key)

    def thousandths(self, found: Any, key: str) -> int:
        """A number of the file in thousandths; noted where it is none."""
        if isinstance(found, (int, Decimal)) and not isinstance(found, bool):
            exact = Decimal(found)
            if exact.is_finite() and abs(exact) * POINT <= _MOST and exact * POINT % 1 == 0:
                return int(exact * POINT)
        self.fault(errors.ValueWrong, key, said=str(found)[:60])
        return 0

    def choice(self, key: str, kinds: type[Choice], default: Choice = _MISSING) -> Choice:
        """One of the words of an enumeration; its first where it is wrong."""
        found = self._get(key, default)
        if found is None:
            return next(iter(kinds)) if default is _MISSING else default
        if found not in set(kinds):
            self.fault(errors.ValueWrong, key, said=str(found)[:60])
            return next(iter(kinds))
        return kinds(found)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty where there is none."""
        found = self._get(key, None)
        if found is None:
            return ()
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            self.fault(errors.ValueWrong, key, said=str(found)[:60])
            return ()
        return tuple(found)

    def table(self, key: str) -> dict[str, Any]:
        """A table within the section, empty where there is none."""
        found = self._get(key, None)
        if found is None:
            return {}
        if not isinstance(found, dict):
            self.fault(errors.ValueWrong, key, said=str(found)[:60])
            return {}
        return found

    def members(self, key: str) -> list[Section]:
        """The tables of a list within the section, each with the line it begins on."""
        found = self._get(key, None)
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self.fault(errors.ValueWrong, key, said=str(found)[:60])
            return []
        path = f"{self.path}.{key}"
        lines = {f"{path}[{at}]": self.line(key) for at in range(len(found))} | dict(self.lines)
        return [Section(one, f"{path}[{at}]", lines, self.faults) for at, one in enumerate(found)]

    def rest(self) -> dict[str, Any]:
        """What has not been read, which is somebody else's; it counts as read."""
        found = {key: value for key, value in self.said.items() if key not in self.used}
        self.used |= set(found)
        return found

    def done(self) -> None:
        """Note the keys nobody has read."""
        for key in self.said:
            if key not in self.used:
                self.fault(errors.KeyUnknown, key)
