"""The numbers of the rules as they were in force on the day of an event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache

from ledger.entries.rules.findings import Effect
from ledger.kernel.parameters import Parameters

LINES_MAX = 10_000  # a filing is one transaction; bigger files come as sheets in several filings
ROWS_MAX = 200_000  # what one COPY of a filing may add, reached only by wide transformations
PORTIONS_MAX = 500  # goods in one line
WIDTH_MAX = 2_000  # inputs times outputs of one transformation
NEW_UNITS_MAX = 20  # unknown units of measure in one filing; the list holds 31,000 for ever
UNIT_WORD_FIRST, UNIT_WORD_LAST = 1_000, 32_767  # numbers a unit of measure kept as text may get
UNIT_WORDS_MAX = 200  # units of measure kept as text that one operator may bring
UNIT_DEPTH_MAX = 5  # pallet, layer, case, inner, pack


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """One day's parameters of L02–L12 and of retention."""

    future_days: int
    weight_tolerance: Fraction
    count_tolerance: Fraction
    duplicate_hours: int
    pair_days: int
    proof_hours: int
    proof_effect: Effect
    own_licence: Effect
    supplier_licence: Effect
    missing_licence: Effect
    licence_scope: Effect
    expired_receipt: Effect
    expired_dispatch: Effect
    upload_hours: int
    months_after_expiry: int
    years_without_shelf_life: int
    agricultural_months: int

    def tolerance(self, measure: int) -> Fraction:
        """How far two quantities of a measure may differ; only mass has a margin."""
        return self.weight_tolerance if measure == 1 else self.count_tolerance


@lru_cache(maxsize=512)  # filings of a year, as long as nobody changes a parameter
def limits_on(parameters: Parameters, on: date) -> Limits:
    """The parameters valid on a day."""

    def number(key: str) -> int:
        return parameters.number(key, on)

    def effect(key: str) -> Effect:
        return Effect(parameters.get(f"filing.{key}_effect", on))

    return Limits(
        future_days=number("filing.future_days_max"),
        weight_tolerance=Fraction(parameters.fraction("filing.weight_tolerance_percent", on)),
        count_tolerance=Fraction(parameters.fraction("filing.count_tolerance_percent", on)),
        duplicate_hours=number("filing.duplicate_hours"),
        pair_days=number("filing.pair_days"),
        proof_hours=number("filing.pending_proof_hours"),
        proof_effect=effect("pending_proof"),
        own_licence=effect("own_licence"),
        supplier_licence=effect("supplier_licence"),
        missing_licence=effect("missing_licence"),
        licence_scope=effect("licence_scope"),
        expired_receipt=effect("expired_receipt"),
        expired_dispatch=effect("expired_dispatch"),
        upload_hours=number("trace.upload_hours"),
        months_after_expiry=number("keep.months_after_expiry"),
        years_without_shelf_life=number("keep.years_without_shelf_life"),
        agricultural_months=number("keep.agricultural_months"),
    )
