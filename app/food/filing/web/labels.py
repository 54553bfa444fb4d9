"""Labels of lots to print: a link for people, a Data Matrix for machines."""

from __future__ import annotations

from typing import Any

from flask import url_for
from markupsafe import Markup

from app.doors import http, seals
from app.doors.web import page
from app.food.filing.web.shared import blueprint
from ledger.entries.queries import any_has_had
from ledger.kernel.uow import UnitOfWork
from ledger.products.errors import UnknownLot
from ledger.products.queries import lot_by_id, product_by_id
from ledger.products.terms import Lot, Product
from ledger.subjects.queries import subjects_by_ids
from scanner.symbols.labels import label_svg
from scanner.symbols.render import symbol_svg
from scanner.symbols.terms import LotLabel, Symbology


@page(
    blueprint,
    "/lots/<int:lot_id>/label",
    needs="book.read",
    template="filing/label.html",
    endpoint="label",
    audits="lot.label",
)
def label(uow: UnitOfWork, lot_id: int) -> dict[str, Any]:
    """A lot's label at its true size, eight on a sheet of A4."""
    lot = lot_by_id(uow, lot_id)
    _may_print(uow, lot)
    product = product_by_id(uow, lot.product_id)
    people = subjects_by_ids(uow, [lot.producer_id], papers=False) if lot.producer_id else {}
    maker = people.get(lot.producer_id or 0)
    producer = maker.name if maker and maker.registered else ""  # labels go to the public
    drawn = _drawn(lot, product, producer)
    return {
        "drawn": Markup(drawn),  # noqa: S704 - our own SVG
        "lot": lot,
        "product": product,
        "producer": producer,
        "back": url_for("filing.book"),
        "size": "a4",
    }


def _may_print(uow: UnitOfWork, lot: Lot) -> None:
    """Refuse with UnknownLot who neither made nor ever held a lot and reads no other's books."""
    mine = {*uow.actor.delegated, uow.actor.operator_id} - {None}
    if uow.actor.may("book.read_all") or lot.producer_id in mine:
        return
    if not any_has_had(uow, [each for each in mine if each], lot.id):
        raise UnknownLot(lot=lot.id)


def _drawn(lot: Lot, product: Product, producer: str) -> str:
    base = http.room().settings.origin
    if not product.gtin:
        return symbol_svg(Symbology.QR, f"{base}/trace/{seals.trace_reference(lot.id)}")
    return label_svg(
        LotLabel(
            product=product.name,
            gtin=product.gtin,
            lot=lot.number or lot.key,
            link_base=base,
            producer=producer,
            produced_on=lot.produced_on.day,
            expires_on=lot.expires_on.day,
            spec=product.spec,
        )
    )
