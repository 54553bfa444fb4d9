"""All public signs as open data: CSV that Excel opens, JSON that is read line by line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from app.credit.signage.rules.faces import masked
from app.credit.signage.rules.statements import grouped
from app.credit.signage.terms import Board, Sign, SignState

CSV = "text/csv; charset=utf-8"
JSON = "application/json"
LICENCE = "CC BY 4.0"
LICENCE_ADDRESS = "https://creativecommons.org/licenses/by/4.0/"
HEADS = (
    "scheme",
    "sign",
    "name",
    "number",
    "place",
    "class",
    "class_zh",
    "class_en",
    "graded_on",
    "issued_on",
    "valid_until",
    "state",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MARK = "\ufeff"
Pages = Iterable[tuple[Sign, ...]]
Boards = Callable[[str], Board]


def _cells(sign: Sign, board: Board, state: SignState) -> tuple[str, ...]:
    """A sign's line; a person's name is masked, and the number that leads to it is left out."""
    words = board.words(sign.class_code)
    is_person = sign.held.kind in board.persons
    return (
        sign.held.scheme,
        "" if is_person else grouped(sign.number),
        masked(sign.name) if is_person else sign.name,
        sign.object_number,
        sign.place,
        sign.class_code,
        words.zh,
        words.en,
        sign.graded_on.isoformat(),
        sign.issued_at.date().isoformat(),
        sign.valid_until.isoformat(),
        state.value,
    )


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def csv_of(pages: Pages, boards: Boards, made_at: datetime, origin: str) -> Iterator[str]:
    """All signs as CSV, a page at a time; what it is and may be used for stands first."""
    note = f"# {origin}/open 公示牌与等级 {made_at.isoformat(timespec='seconds')} {LICENCE}"
    yield _MARK + note + "\r\n" + ",".join(HEADS) + "\r\n"
    for page in pages:
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        for sign in page:
            cells = _cells(sign, boards(sign.held.scheme), sign.state(made_at.date()))
            writer.writerow([_plain(cell) for cell in cells])
        yield out.getvalue()


def json_of(pages: Pages, boards: Boards, made_at: datetime, origin: str) -> Iterator[str]:
    """All signs as one JSON document, a page at a time."""
    head = {
        "about": f"{origin}/open",
        "made_at": made_at.isoformat(timespec="seconds"),
        "licence": LICENCE,
        "licence_address": LICENCE_ADDRESS,
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "signs": [\n'
    first = True
    for page in pages:
        lines = []
        for sign in page:
            cells = _cells(sign, boards(sign.held.scheme), sign.state(made_at.date()))
            lines.append(json.dumps(dict(zip(HEADS, cells, strict=True)), ensure_ascii=False))
        if lines:
            yield ("" if first else ",\n") + ",\n".join(lines)
            first = False
    yield "\n]}\n"
