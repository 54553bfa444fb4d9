"""The quick receipt: a scan fills in everything but the quantity, and says what it guessed."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from app.doors.web import form
from app.food.filing.queries import books
from app.food.filing.schemas.forms import ReceiptForm, receipt_of
from app.food.filing.web.shared import (
    blueprint,
    file_lines,
    new_key,
    own_operator,
    told,
    unit_words,
)
from ledger.entries.terms import BookLine, EntryKind
from ledger.kernel.errors import Refusal
from ledger.kernel.quantity import EA
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import product_by_gtin
from ledger.products.terms import Product
from scanner.codes.queries import meaning_of
from scanner.codes.terms import Meaning

COMMON_UNITS = ("EA", "XBX", "XBG", "XBO", "XCT", "KGM", "JIN", "XPA")


def units_offered(first: str = "") -> list[tuple[str, str]]:
    """Units to choose from, the guessed one first: (code, word)."""
    codes = [first, *COMMON_UNITS] if first and first not in COMMON_UNITS else list(COMMON_UNITS)
    if first in codes:
        codes.remove(first)
        codes.insert(0, first)
    return [(code, unit_words(code)) for code in codes]


def _filled(uow: UnitOfWork) -> dict[str, Any]:
    operator_id = own_operator(uow)
    code = request.args.get("code", "") or request.form.get("code", "")
    meaning = meaning_of(code, today=uow.today) if code else None
    gtin = str(meaning.gtin) if meaning and meaning.gtin else ""
    gtin = gtin or request.values.get("gtin", "")
    product = _product(uow, gtin)
    last = books.last_line_of(uow, operator_id, gtin) if product else None
    partners = books.recent_partners(uow, operator_id, EntryKind.RECEIPT)
    return {
        "product": _shown(uow, product, meaning),
        "action": url_for("filing.receipt"),
        "units": units_offered(last.unit if last else ""),
        "suppliers": list(partners)[:50],
        "supplier_guessed": last is not None,
        "rescan_href": f"{url_for('trace.scan')}?for=receipt",
        "back_href": url_for("filing.home"),
        "filing_key": new_key("receipt"),
        "values": _guessed(uow, gtin, meaning, last),
    }


def _product(uow: UnitOfWork, gtin: str) -> Product | None:
    try:
        return product_by_gtin(uow, gtin) if gtin else None
    except Refusal:  # a number not met before, or not a number: the form asks for the name
        return None


def _shown(
    uow: UnitOfWork, product: Product | None, meaning: Meaning | None
) -> dict[str, Any] | None:
    if product is None:
        return None
    expires = meaning.expires_on if meaning else None
    return {
        "name": product.name,
        "gtin": product.gtin,
        "expires_on": expires,
        "days_left": (expires - uow.today).days if expires else None,
    }


def _guessed(
    uow: UnitOfWork, gtin: str, meaning: Meaning | None, last: BookLine | None
) -> dict[str, Any]:
    lot = meaning.lot or "" if meaning else ""
    made = meaning.produced_on if meaning else None
    expires = meaning.expires_on or meaning.best_before if meaning else None
    return {
        "gtin": gtin,
        "lot": lot or (made.isoformat() if made else ""),
        "expires_on": expires.isoformat() if expires else "",
        "supplier": last.partner_name if last else "",
        "unit": last.unit if last else EA.code,
        "received_on": uow.today.isoformat(),
        "quantity": "",
    }


@form(
    blueprint,
    "/receipt",
    needs="entry.file",
    loads=ReceiptForm,
    template="filing/receipt.html",
    context=_filled,
    endpoint="receipt",
)
def receive(uow: UnitOfWork, said: dict[str, str]) -> str:
    """File one receipt; the hidden key makes a second tap the same filing."""
    partners = books.recent_partners(uow, own_operator(uow), EntryKind.RECEIPT)
    line = receipt_of(said, partners)
    filed = file_lines(uow, said["filing_key"] or new_key("receipt"), line)
    return told(filed)
