"""A pass as paper: the three copies of a wholesale voucher, each a page of A4."""

from __future__ import annotations

from collections.abc import Sequence

from app.doors.formats import number_text, when_text
from app.food.passes.terms import Pass
from app.papers.terms import Block, Code, Facts, Grid, Heading, NextPage, Paper, Words
from ledger.kernel.quantity import unit_named
from ledger.subjects.terms import Subject

COPIES = (
    ("存根联（发货方留存）", "Stub (kept by the seller)"),
    ("发票联（交收货方）", "Invoice copy (for the buyer)"),
    ("随货联（跟货走）", "Delivery copy (goes with the goods)"),
)
_WIDTHS = (3.2, 2.2, 2.0, 2.0, 2.2, 1.4, 1.4)


def paper_of(found: Pass, sides: Sequence[Subject], address: str, language: str) -> Paper:
    """A pass with seller, buyer, lines and the code its buyer answers, three times over."""
    en = language == "en"
    blocks: list[Block] = []
    for number, copy in enumerate(COPIES):
        blocks += [NextPage()] if number else []
        blocks += _page(found, sides, address, copy[en], en=en)
    title = "One-ticket pass" if en else "一票通（进货凭证）"
    return Paper(title=title, subtitle=found.document, language=language, blocks=tuple(blocks))


def _page(
    found: Pass, sides: Sequence[Subject], address: str, copy: str, *, en: bool
) -> list[Block]:
    seller, buyer = sides
    until = when_text(found.expires_at, language="en" if en else "zh")
    return [
        Heading(copy),
        Facts(_facts(found, seller, buyer, en=en)),
        Grid(_head(en=en), tuple(_rows(found, en=en)), _WIDTHS),
        Words(
            "Seller (seal):                         Buyer (signature):"
            if en
            else "发货方（盖章）：                         收货方（签字）："
        ),
        Code(
            address,
            f"Scan to accept or refuse by {until}" if en else f"收货方扫码确认，{until} 前有效",
        ),
    ]


def _facts(
    found: Pass, seller: Subject, buyer: Subject, *, en: bool
) -> tuple[tuple[str, str], ...]:
    words = (
        ("Number", "Seller", "Licence", "Address", "Telephone", "Buyer", "Issued")
        if en
        else ("单号", "发货方", "许可证号", "地址", "电话", "收货方", "开出时间")
    )
    licence = next((paper.number for paper in seller.licences), "")
    said = (
        found.document,
        f"{seller.name} {seller.uscc}",
        licence or "–",
        seller.address or "–",
        seller.phone or "–",
        f"{buyer.name} {buyer.uscc}",
        when_text(found.issued_at, language="en" if en else "zh"),
    )
    return tuple(zip(words, said, strict=True))


def _head(*, en: bool) -> tuple[str, ...]:
    if en:
        return ("Goods", "Barcode", "Lot", "Made", "Producer", "Certificate", "Quantity")
    return ("品名", "条码", "批号", "生产日期", "生产者", "合格证号", "数量")


def _rows(found: Pass, *, en: bool) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for line in found.lines:
        unit = unit_named(line.unit)
        word = next((it for it in unit.words if it.isascii()), unit.code) if en else unit.zh
        rows.append(
            (
                line.product_name,
                line.gtin or "–",
                line.lot_number or "–",
                line.produced_on or "–",
                line.producer_name or "–",
                line.certificate or "–",
                f"{number_text(line.quantity)} {word}",
            )
        )
    return rows
