"""The words of the import: a row of a sheet, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.kernel.errors import Refusal
from ledger.subjects.terms import RegisterSubject, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a sheet by its number, as a command or as why it cannot be one."""

    number: int
    uscc: str
    name: str
    said: RegisterSubject | Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a row: a new subject, a known one, or a refusal."""

    row: Row
    subject: Subject | None = None
    created: bool = False
    refusal: Refusal | None = None

    @property
    def state(self) -> str:
        """``created``, ``unchanged`` or ``refused``."""
        if self.refusal:
            return "refused"
        return "created" if self.created else "unchanged"
