"""Lines as the town's operators write them: one small function per kind of entry."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from app.town.terms import Firm, Good
from ledger.entries.terms import EntryKind, Line, Portion
from ledger.kernel.moment import Moment, moment_of
from ledger.kernel.zone import SHANGHAI
from ledger.products.terms import LotNamed
from ledger.subjects.terms import Party


def at(day: date, hour: int, minute: int = 0) -> Moment:
    """A moment of a day in China time."""
    return moment_of(datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI))


def party(firm: Firm) -> Party:
    """A firm as a filing names it."""
    return Party(uscc=firm.uscc)


def lot_of(good: Good, number: str, made: date, *, case: bool = False) -> LotNamed:
    """A lot of a packed product, named by its unit's or its case's GTIN."""
    return LotNamed(
        gtin=good.case_gtin if case else good.gtin, lot=number, produced_on=moment_of(made)
    )


def produce(name: str, number: str, picked: date, producer: Party | None = None) -> LotNamed:
    """A lot of produce without a GTIN; the producer is stated only where the filer knows it."""
    return LotNamed(product=name, lot=number, produced_on=moment_of(picked), producer=producer)


def production(firm: Firm, lot: LotNamed, quantity: int, unit: str, when: Moment) -> Line:
    """A maker's lot comes into being, with its factory certificate."""
    return Line(
        kind=EntryKind.PRODUCTION,
        operator=party(firm),
        portions=(Portion(lot=lot, quantity=str(quantity), unit=unit),),
        at=when,
        certificate_kind="FACTORY",
        certificate=f"CJ-{lot.lot}",
    )


def dispatch(sender: Firm, receiver: Party, portion: Portion, when: Moment, document: str) -> Line:
    """Goods leave for another operator."""
    return Line(
        kind=EntryKind.DISPATCH,
        operator=party(sender),
        partner=receiver,
        portions=(portion,),
        at=when,
        document=document,
    )


def receipt(receiver: Firm, sender: Party, portion: Portion, when: Moment, document: str) -> Line:
    """Goods come in from another operator, with the voucher that came along."""
    return Line(
        kind=EntryKind.RECEIPT,
        operator=party(receiver),
        partner=sender,
        portions=(portion,),
        at=when,
        document=document,
        certificate_kind="VOUCHER",
        certificate=document or "随货同行单",
    )


def sale(shop: Firm, portion: Portion, day: date) -> Line:
    """A day's sales to consumers, summed up."""
    return Line(
        kind=EntryKind.DISPATCH,
        operator=party(shop),
        partner=Party(consumers=True),
        portions=(portion,),
        at=moment_of(day),
        reason="零售汇总",
    )


def disposal(holder: Firm, portion: Portion, day: date, reason: str) -> Line:
    """Goods leave the chain."""
    return Line(
        kind=EntryKind.DISPOSAL,
        operator=party(holder),
        portions=(portion,),
        at=moment_of(day),
        reason=reason,
    )


def transformation(
    maker: Firm, inputs: tuple[Portion, ...], outputs: tuple[Portion, ...], when: Moment
) -> Line:
    """Lots go in, lots come out."""
    return Line(
        kind=EntryKind.TRANSFORMATION,
        operator=party(maker),
        portions=inputs,
        outputs=outputs,
        at=when,
        certificate_kind="SELFTEST",
        certificate=f"ZJ-{outputs[0].lot.lot}",
    )


def later(day: date, days: int, last: date) -> date:
    """Some days later, but never after the town's last day."""
    return min(day + timedelta(days=days), last)
