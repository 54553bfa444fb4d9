"""The refusals of filing, in order of precedence: the filing, the line, its goods, its rules.

A line is checked in this order and answered with the first refusal. Refusals of parties, lots,
quantities and dates come from their own rooms and stand between the line and the rules.
"""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Invalid, LimitReached, Malformed, NotFound


class NothingFiled(Malformed):
    """A filing holds at least one line."""

    code = "entries.nothing_filed"


class TooManyLines(LimitReached):
    """A filing holds more lines than one filing may."""

    code = "entries.too_many_lines"


class TooManyRows(LimitReached):
    """The lines of a filing make more rows of the book than one filing may."""

    code = "entries.too_many_rows"


class KeyUnreadable(Malformed):
    """A filing key is empty or longer than 200 characters."""

    code = "entries.key_unreadable"


class KeyUsedOtherwise(Conflict):
    """The filing key has been used before for other content."""

    code = "entries.key_used_otherwise"


class UnknownFiling(NotFound):
    """No filing of that number or key is in the operator's book."""

    code = "entries.unknown_filing"


class BookCursorUnreadable(Malformed):
    """The place in the book to go on from is not one this ledger gave out."""

    code = "entries.book_cursor_unreadable"


class LinesRefused(Invalid):
    """At least one line is refused, so the whole filing is; nothing was written.

    ``params`` hold ``count`` and ``refused``, a tuple of terms.Refused.
    """

    code = "entries.lines_refused"


class FieldMissing(Invalid):
    """L01: the line lacks something without which it means nothing."""

    code = "entries.field_missing"


class FieldsMissing(Invalid):
    """L01: the line lacks fields the record must have by law."""

    code = "entries.fields_missing"


class TextUnreadable(Invalid):
    """A text is too long or holds control characters."""

    code = "entries.text_unreadable"


class TooManyPortions(LimitReached):
    """A line names more goods than one entry may hold."""

    code = "entries.too_many_portions"


class TooManyNewUnits(LimitReached):
    """A filing brings more unknown units of measure than one filing may."""

    code = "entries.too_many_new_units"


class UnitWordsFull(LimitReached):
    """The list of units of measure kept as text is full; the unit is in no other list."""

    code = "entries.unit_words_full"


class UnknownEntry(NotFound):
    """The entry is not in the book, or not in a book this account may read."""

    code = "entries.unknown_entry"


class AlreadyCorrected(Conflict):
    """The entry has been corrected before; its successor may be corrected instead."""

    code = "entries.already_corrected"


class NothingToCorrect(Conflict):
    """The entry only put another out of force; there is nothing left in it to correct."""

    code = "entries.nothing_to_correct"


class CorrectionNested(Invalid):
    """A correction is replaced by an ordinary line, not by another correction."""

    code = "entries.correction_nested"


class OwnInput(Invalid):
    """A lot cannot be made from itself in one step."""

    code = "entries.own_input"


class TooWide(LimitReached):
    """Inputs times outputs of a transformation are more than one entry may hold."""

    code = "entries.too_wide"


class UnitUnknown(NotFound):
    """No logistic unit with that SSCC has been packed."""

    code = "entries.unit_unknown"


class UnitEmpty(Conflict):
    """The logistic unit has been unpacked and holds nothing now."""

    code = "entries.unit_empty"


class UnitNotHeld(Conflict):
    """Who unpacks the logistic unit has neither packed it nor received what is in it."""

    code = "entries.unit_not_held"


class UnitInItself(Invalid):
    """A logistic unit cannot be packed into itself, nor deeper than five levels."""

    code = "entries.unit_in_itself"


class NotInUnit(Conflict):
    """What is to be taken out is not in the logistic unit."""

    code = "entries.not_in_unit"


class InTheFuture(Invalid):
    """L05: the date lies further ahead than filing allows."""

    code = "entries.in_the_future"


class BeforeProduction(Invalid):
    """L05: the goods were certainly not made yet on the stated date."""

    code = "entries.before_production"


class ExpiredFood(Invalid):
    """L06: the food was past its date on the day of trade (Food Safety Law 2021, Art. 34)."""

    code = "entries.expired_food"


class OutOfBusiness(Invalid):
    """L02: the operator's registration is closed or revoked."""

    code = "entries.out_of_business"


class LicenceLapsed(Invalid):
    """L02: the operator's licence was not in force on the day."""

    code = "entries.licence_lapsed"


class LicenceMissing(Invalid):
    """L02: no licence of the operator is on file."""

    code = "entries.licence_missing"


class LicenceScope(Invalid):
    """L02: the operator's licence does not cover this food."""

    code = "entries.licence_scope"


class SupplierOutOfBusiness(Invalid):
    """L03: the supplier's registration is closed or revoked."""

    code = "entries.supplier_out_of_business"


class SupplierLicenceLapsed(Invalid):
    """L03: the supplier's licence was not in force on the day."""

    code = "entries.supplier_licence_lapsed"


class SupplierLicenceMissing(Invalid):
    """L03: no licence of the supplier is on file."""

    code = "entries.supplier_licence_missing"


class SupplierLicenceScope(Invalid):
    """L03: the supplier's licence does not cover this food."""

    code = "entries.supplier_licence_scope"


class LotHeld(Conflict):
    """L09: the lot is stopped; only returns and disposals may be filed."""

    code = "entries.lot_held"


class LotHeldSince(Conflict):
    """L09: the lot was stopped after what is filed here late; a remark, not a refusal."""

    code = "entries.lot_held_since"


class DuplicateLine(Conflict):
    """L08: this line of this document is in the book already."""

    code = "entries.duplicate_line"


class NearDuplicate(Conflict):
    """L08: the same goods, partner, day and quantity are in the book already."""

    code = "entries.near_duplicate"


class ProofPending(Invalid):
    """L04: no certificate has been filed for the goods yet."""

    code = "entries.proof_pending"


class ProofOverdue(Invalid):
    """L04: goods are sold whose certificate is overdue."""

    code = "entries.proof_overdue"


class MoreOutThanIn(Invalid):
    """L07: more of the lot leaves than the book says is there."""

    code = "entries.more_out_than_in"


class LicenceDoubtful(Invalid):
    """L11: a licence number has to be compared with the paper."""

    code = "entries.licence_doubtful"


class ProductionDateDiffers(Invalid):
    """L05: the lot is on file with another production date."""

    code = "entries.production_date_differs"


class ExpiryDiffers(Invalid):
    """L06: the lot is on file with another last day."""

    code = "entries.expiry_differs"


class NameDiffers(Invalid):
    """L11: the product is on file under another name."""

    code = "entries.name_differs"


class UnitOfMeasureUnknown(Invalid):
    """L11: the unit of measure is in no list; it is kept as text and never converted."""

    code = "entries.unit_of_measure_unknown"
