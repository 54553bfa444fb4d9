"""Files that are no sheets, or sheets made to do harm: refused by name, and before much is read."""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter
from support import sheets
from support.sheets import book_of

from app.food.filing.schemas.sheet import read_workbook
from app.sheets.container import check_package
from app.sheets.errors import TooManyRows
from app.sheets.extent import CHUNK, TAG_MAX, Measure
from ledger.kernel.errors import Refusal

PLAIN = "进货日期,商品名称,数量,单位,供货者\n2026-05-01,青菜,5,公斤,绿野\n"


def zip_of(parts: dict[str, bytes]) -> bytes:
    """A package of parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def a_lying_bomb() -> bytes:
    """A package that declares a small size for a part that unfolds to much more."""
    data = zip_of({"xl/workbook.xml": b"<a/>", "xl/worksheets/sheet1.xml": b"0" * 300_000})
    return data.replace((300_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))


def a_far_cell() -> bytes:
    """A valid workbook with one cell at each end of the sheet."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet("进货")
    page.write("A1", "商品名称")
    page.write("XFD1048576", "x")
    book.close()
    return out.getvalue()


def a_sheet_of(cells: bytes) -> bytes:
    """A workbook whose only sheet has these rows, in bytes of our own."""
    with zipfile.ZipFile(io.BytesIO(sheets.a_ledger(2).data)) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    whole = parts["xl/worksheets/sheet1.xml"]
    before, mark, rest = whole.partition(b"<sheetData>")
    after = rest.partition(b"</sheetData>")[2]
    parts["xl/worksheets/sheet1.xml"] = before + mark + cells + b"</sheetData>" + after
    return zip_of(parts)


ONE = b'<row r="1"><c r="A1"><v>1</v></c>'


FAR_CELLS = {
    "a quoted >": ONE + b'<c x="&gt;>" r="XFD2000"><v>1</v></c></row>',
    "a prefix with a dash": ONE + b'<a-b:c xmlns:a-b="x" r="XFD2000"><v>1</v></a-b:c></row>',
    "a prefixed place": ONE + b'<c xmlns:q="x" q:r="A2" r="XFD2000"><v>1</v></c></row>',
    "no place in a far row": ONE + b'</row><row r="900000">' + b"<c><v>1</v></c>" * 20 + b"</row>",
    "a text within": ONE + b'<c r="XFD2000" t="inlineStr"><is><t>x</t></is></c></row>',
}


BROKEN_CELLS = {
    "tags that never end": (b"<c " * 20_000, "filing.sheet_damaged"),
    "a long attribute": (b'<row r="1" x="' + b"x" * 300_000 + b'"/>', "filing.sheet_overlong"),
    "a tag without end": (b'<c x="' + b"x" * 2_000_000, "filing.sheet_overlong"),
    "a deep well": (b"<x>" * 60_000, "filing.sheet_overlong"),
    "a place of no kind": (b'<row r="1"><c r="AAAAA1"><v>1</v></c></row>', "filing.sheet_damaged"),
}


@pytest.mark.parametrize("cells", FAR_CELLS.values(), ids=FAR_CELLS)
def test_a_far_cell_is_found_however_it_is_written(cells: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        check_package(a_sheet_of(cells))
    assert refused.value.code == "filing.sheet_too_wide"


def pieces_read(cells: bytes) -> int:
    """How many pieces of a part are taken until it is refused, or all of them."""
    measure, taken = Measure(), 0
    with contextlib.suppress(Refusal):
        for start in range(0, len(cells), CHUNK):
            taken += 1
            measure.feed((b"" if start else b"<sheetData>") + cells[start : start + CHUNK])
    return taken


@pytest.mark.parametrize(("cells", "code"), BROKEN_CELLS.values(), ids=BROKEN_CELLS)
def test_a_sheet_made_to_wear_its_reader_out_is_refused_before_much_is_read(
    cells: bytes, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        check_package(a_sheet_of(cells))
    assert refused.value.code == code
    assert pieces_read(cells) <= TAG_MAX // CHUNK + 2


@pytest.mark.parametrize("name", ["xl/media/image1.png", "xl/vbaProject.bin"])
def test_a_sheet_under_another_name_is_measured_too(name: str) -> None:
    far = b'<x><sheetData><row r="1"><c r="A1"><v>1</v></c><c r="XFD99999"><v>1</v></c></row>'
    parts = {"xl/workbook.xml": b"<a/>", name: far + b"</sheetData></x>"}
    with pytest.raises(Refusal) as refused:
        check_package(zip_of(parts))
    assert refused.value.code == "filing.sheet_too_wide"


def test_entities_are_refused_and_empty_far_cells_are_not() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x><sheetData>&b;</sheetData></x>'
    with pytest.raises(Refusal) as refused:
        check_package(zip_of({"xl/workbook.xml": b"<a/>", "xl/worksheets/sheet1.xml": bomb}))
    assert refused.value.code == "filing.sheet_damaged"
    check_package(a_sheet_of(ONE + b'<c r="XFD1" s="1"/></row><row r="1048576"/>'))


BAD_FILES: list[tuple[str, Callable[[], bytes], str]] = [
    ("empty", lambda: b"", "filing.sheet_empty"),
    ("only a mark", lambda: b"\xef\xbb\xbf\r\n", "filing.sheet_empty"),
    ("NUL", lambda: PLAIN.encode() + b"\0", "filing.sheet_has_nul"),
    ("NUL in UTF-16", lambda: (PLAIN + "\0").encode("utf-16"), "filing.sheet_has_nul"),
    ("half a UTF-16", lambda: PLAIN.encode("utf-16")[:-1], "filing.encoding_unknown"),
    ("no encoding", lambda: PLAIN.encode() + b"\xff\xff\xff", "filing.encoding_unknown"),
    ("png as xlsx", lambda: b"\x89PNG\r\n\x1a\n" + b"x" * 99, "filing.sheet_type_unknown"),
    ("pdf", lambda: b"%PDF-1.7", "filing.sheet_type_unknown"),
    (
        "old xls",
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "filing.sheet_type_unknown",
    ),
    (
        "password",
        lambda: b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
        "filing.sheet_locked",
    ),
    ("another zip", lambda: zip_of({"a.txt": b"x"}), "filing.sheet_type_unknown"),
    ("docx", lambda: zip_of({"word/document.xml": b"x"}), "filing.sheet_type_unknown"),
    (
        "ods",
        lambda: zip_of({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}),
        "filing.sheet_type_unknown",
    ),
    ("cut short", lambda: sheets.a_ledger(50).data[:3000], "filing.sheet_damaged"),
    ("one byte changed", lambda: _changed(sheets.a_ledger(50).data), "filing.sheet_damaged"),
    ("only the first bytes", lambda: b"PK\x03\x04", "filing.sheet_damaged"),
    ("no sheet inside", lambda: zip_of({"xl/workbook.xml": b"<a/>"}), "filing.sheet_damaged"),
    (
        "zip bomb",
        lambda: zip_of({"xl/workbook.xml": b"<a/>", "b": b"0" * (300 << 20)}),
        "filing.sheet_too_dense",
    ),
    ("many parts", lambda: zip_of({f"p{n}": b"" for n in range(2_100)}), "filing.sheet_too_dense"),
    ("a bomb that lies", a_lying_bomb, "filing.sheet_damaged"),
    ("a cell at the end of the world", a_far_cell, "filing.sheet_too_wide"),
    ("no header", lambda: b"a,b\n1,2\n", "filing.header_unreadable"),
    ("header alone", PLAIN.splitlines()[0].encode, "filing.no_rows"),
    ("open quote", (PLAIN + '"open,1,2,3\n' + "x\n" * 9).encode, "filing.quote_unclosed"),
    ("JSON", lambda: b'{"entries": []}', "filing.header_unreadable"),
    ("noise", lambda: bytes(range(1, 256)) * 20, "filing."),
    (
        "over the limit",
        lambda: (
            (PLAIN + PLAIN.splitlines()[1] + "\n").encode() * 1
            + (PLAIN.splitlines()[1] + "\n").encode() * 5_000
        ),
        "filing.too_many_rows",
    ),
]


def _changed(data: bytes) -> bytes:
    place = data.index(b"xl/worksheets/sheet1.xml") + 200
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@pytest.mark.parametrize(
    ("make", "code"), [row[1:] for row in BAD_FILES], ids=[row[0] for row in BAD_FILES]
)
def test_a_file_that_cannot_be_read_is_refused_by_name(
    make: Callable[[], bytes], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        book_of(make(), "台账.xlsx")
    assert refused.value.code.startswith(code)


def test_200000_rows_are_refused_with_the_limit_and_none_is_taken() -> None:
    data = (PLAIN.splitlines()[0] + "\n" + (PLAIN.splitlines()[1] + "\n") * 200_000).encode()
    with pytest.raises(TooManyRows) as refused:
        read_workbook(data, "a.csv", rows_max=100_000)
    assert refused.value.params["limit"] == 100_000
