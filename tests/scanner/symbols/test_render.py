"""Text becomes pictures that are read back, that are well-formed, and that refuse by name."""

from __future__ import annotations

import inspect
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.symbol_cases import CASES, LABEL

from ledger.kernel.errors import Invalid, LimitReached, Malformed, Refusal
from ledger.kernel.identifiers import errors as identifier_errors
from ledger.kernel.identifiers.checks import gs1_check_digit
from scanner.codes.rules import meaning_of
from scanner.symbols import drawing, errors
from scanner.symbols.decode import symbols_in
from scanner.symbols.labels import label_svg
from scanner.symbols.modules import modules_of
from scanner.symbols.render import (
    ean_png,
    ean_svg,
    lot_element_string,
    lot_link,
    symbol_png,
    symbol_svg,
    symbology_of_gtin,
)
from scanner.symbols.terms import LotLabel, Symbology

TEXTS = Path(__file__).parents[3] / "app" / "locale" / "refusals" / "symbols.toml"
SVG = "{http://www.w3.org/2000/svg}"
MILK = LotLabel(
    product="厦门鲜牛奶 <全脂> & 巴氏杀菌",
    gtin="6901234567892",
    lot="L240501",
    link_base="https://trace.example.cn",
    producer="厦门鹭岛乳业有限公司",
    produced_on=date(2024, 5, 1),
    expires_on=date(2024, 5, 8),
    spec="250 mL",
)


@pytest.mark.parametrize("symbology", CASES)
@pytest.mark.parametrize("module_px", [2, 3, 6])
def test_what_is_drawn_is_read_back(symbology: Symbology, module_px: int) -> None:
    drawn, sent = CASES[symbology]
    (symbol,) = symbols_in(symbol_png(symbology, drawn, module_px=module_px))
    assert (symbol.symbology, symbol.text) == (symbology, sent)
    (bare,) = symbols_in(symbol_png(symbology, drawn, module_px=module_px, captioned=False))
    assert bare.text == sent


@pytest.mark.parametrize("symbology", CASES)
def test_svg_and_png_show_the_same_modules(symbology: Symbology) -> None:
    drawn = CASES[symbology][0]
    root = ET.fromstring(symbol_svg(symbology, drawn, module_mm=Decimal("0.5")))
    modules = modules_of(symbology, drawn)
    width, height = drawing.size(modules, captioned=True)
    assert root.get("viewBox") == f"0 0 {width} {height}"
    assert root.get("width") == f"{width * Decimal('0.5')}mm"
    path = root.find(f"{SVG}g/{SVG}path")
    assert path is not None
    assert path.get("d", "").count("M") == len(list(drawing.rectangles(modules)))
    written = "".join(text.text or "" for text in root.iter(f"{SVG}text"))
    assert written == "".join(words for words, _ in modules.captions)


@pytest.mark.parametrize("symbology", CASES)
def test_the_quiet_zone_stays_empty(symbology: Symbology) -> None:
    modules = modules_of(symbology, CASES[symbology][0])
    width, _ = drawing.size(modules, captioned=False)
    for left, _, right, _ in drawing.rectangles(modules):
        assert left >= modules.quiet
        assert right <= width - modules.quiet


@pytest.mark.parametrize(
    ("gtin", "symbology"),
    [
        ("6901234567892", Symbology.EAN_13),
        ("96385074", Symbology.EAN_8),
        ("036000291452", Symbology.UPC_A),
        ("16901234567899", Symbology.ITF_14),
    ],
)
def test_a_trade_item_is_printed_in_its_own_symbol(gtin: str, symbology: Symbology) -> None:
    assert symbology_of_gtin(gtin) is symbology
    (symbol,) = symbols_in(ean_png(gtin))
    assert (symbol.symbology, symbol.text) == (symbology, gtin)
    assert ET.fromstring(ean_svg(gtin)).tag == f"{SVG}svg"


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet="0123456789", min_size=12, max_size=12).filter(lambda text: text[0] != "0"))
def test_any_ean_is_read_back(body: str) -> None:
    number = body + gs1_check_digit(body)
    (symbol,) = symbols_in(ean_png(number, module_px=2))
    assert symbol.text == number


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet="!\"%&'()*+,-./0123456789:;<=>?ABCXYZ_abcxyz", min_size=1, max_size=20))
def test_any_lot_is_read_back_from_data_matrix_and_link(lot: str) -> None:
    label = LotLabel(product="x", gtin="6901234567892", lot=lot, link_base="https://a.cn")
    matrix = symbol_png(Symbology.GS1_DATA_MATRIX, lot_element_string(label))
    link = symbol_png(Symbology.QR, lot_link(label))
    for picture in (matrix, link):
        (symbol,) = symbols_in(picture)
        assert meaning_of(symbol.scanned, today=date(2024, 5, 2)).lot == lot


def test_a_chinese_lot_goes_into_the_link_only() -> None:
    label = LotLabel(product="米", gtin="6901234567892", lot="甲/7", link_base="https://a.cn")
    (symbol,) = symbols_in(symbol_png(Symbology.QR, lot_link(label)))
    assert meaning_of(symbol.scanned, today=date(2024, 5, 2)).lot == "甲/7"
    assert "甲/7" in label_svg(label)


def test_chinese_text_in_a_plain_qr() -> None:
    (symbol,) = symbols_in(symbol_png(Symbology.QR, "厦门市思明区 批次甲"))
    assert symbol.text == "厦门市思明区 批次甲"


def test_a_label_says_everything_and_is_well_formed() -> None:
    root = ET.fromstring(label_svg(MILK))
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert words == [
        "厦门鲜牛奶 <全脂> & 巴氏杀菌",
        "规格 250 mL",
        "批号 L240501",
        "生产日期 2024-05-01",
        "保质期至 2024-05-08",
        "条码 6901234567892",
        "生产者 厦门鹭岛乳业有限公司",
        "扫码溯源",
    ]
    assert len(root.findall(f"{SVG}g")) == 2
    assert (root.get("width"), root.get("height")) == ("80mm", "50mm")


@pytest.mark.parametrize(
    ("symbology", "text"),
    [
        (Symbology.EAN_13, "96385074"),
        (Symbology.EAN_8, "6901234567892"),
        (Symbology.UPC_A, "6901234567892"),
        (Symbology.CODE_128, ""),
        (Symbology.CODE_128, "批次"),
        (Symbology.GS1_128, "hello"),
        (Symbology.GS1_128, "(01)06901234567892(10)" + "A" * 20 + "(21)" + "B" * 20),
        (Symbology.GS1_DATA_MATRIX, "(01"),
        (Symbology.QR, ""),
        (Symbology.QR, "x" * 5000),
        (Symbology.DATA_MATRIX, ""),
        (Symbology.DATA_MATRIX, "x" * 5000),
        (Symbology.DATA_BAR, "06901234567892"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(symbology: Symbology, text: str) -> None:
    with pytest.raises(errors.NotDrawable) as refused:
        symbol_png(symbology, text)
    assert refused.value.params["symbology"] == symbology.value


def test_a_wrong_number_is_refused_as_the_number_it_is() -> None:
    with pytest.raises(identifier_errors.GtinCheckDigit):
        ean_svg("6901234567893")


def test_brackets_and_separators_draw_the_same_symbol() -> None:
    bare = CASES[Symbology.GS1_DATA_MATRIX][1]
    assert modules_of(Symbology.GS1_DATA_MATRIX, LABEL) == modules_of(
        Symbology.GS1_DATA_MATRIX, bare
    )


def test_each_code_has_its_texts_and_no_text_is_left_over() -> None:
    codes = tomllib.loads(TEXTS.read_text(encoding="utf-8"))["codes"]
    kinds = {Invalid.code, LimitReached.code, Malformed.code}
    classes = (found for _, found in inspect.getmembers(errors, inspect.isclass))
    assert codes.keys() == {found.code for found in classes if issubclass(found, Refusal)} - kinds
