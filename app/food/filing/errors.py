"""What filing refuses before the ledger is asked, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Invalid, Malformed, NotFound


class NoOperator(Invalid):
    """The account has no book of its own and the filing names no operator."""

    code = "filing.no_operator"


class TooManyEntries(Invalid):
    """A filing holds more entries than one unit of work takes."""

    code = "filing.too_many_entries"


class KeyUnreadable(Invalid):
    """A filing key is empty, too long, or holds characters nobody can type."""

    code = "filing.key_unreadable"


# --- one line as JSON -------------------------------------------------------------------------


class NotAnObject(Invalid):
    """An object is needed here."""

    code = "filing.not_an_object"


class NotAList(Invalid):
    """A list is needed here."""

    code = "filing.not_a_list"


class NotText(Invalid):
    """A text is needed here."""

    code = "filing.not_text"


class NotYesOrNo(Invalid):
    """``true`` or ``false`` is needed here."""

    code = "filing.not_yes_or_no"


class TextTooLong(Invalid):
    """A text is longer than its field."""

    code = "filing.text_too_long"


class TextUnprintable(Invalid):
    """A text holds control characters or half characters."""

    code = "filing.text_unprintable"


class UnknownField(Invalid):
    """A field is not in the contract; a misspelt one must not be lost in silence."""

    code = "filing.unknown_field"


class UnknownKind(Invalid):
    """A line's kind is none of the eight."""

    code = "filing.unknown_kind"


class FieldNotOfKind(Invalid):
    """A field exists but says nothing for a line of this kind."""

    code = "filing.field_not_of_kind"


class FieldMissing(Invalid):
    """A field that a line of this kind needs is not there."""

    code = "filing.field_missing"


class CorrectionInCorrection(Invalid):
    """What a correction puts in place cannot itself be a correction."""

    code = "filing.correction_in_correction"


# --- a sheet as a whole -----------------------------------------------------------------------


class HeaderUnreadable(Malformed):
    """No row names at least a quantity and the goods."""

    code = "filing.header_unreadable"


class DirectionUnclear(Malformed):
    """Nothing says whether the sheet lists goods in or goods out."""

    code = "filing.direction_unclear"


class NoRows(Malformed):
    """Under the header there is not one row."""

    code = "filing.no_rows"


# --- a single cell ----------------------------------------------------------------------------


class CellMissing(Invalid):
    """A cell that every row needs is empty."""

    code = "filing.cell_missing"


class CellIsFormula(Invalid):
    """A cell holds a formula instead of what it comes to."""

    code = "filing.cell_is_formula"


class CellIsError(Invalid):
    """A cell holds a spreadsheet's error value."""

    code = "filing.cell_is_error"


class DateUnreadable(Invalid):
    """A cell is no date in a form that is read."""

    code = "filing.date_unreadable"


class DateAmbiguous(Invalid):
    """A date can be read as two different days."""

    code = "filing.date_ambiguous"


class ShelfLifeUnreadable(Invalid):
    """A shelf life is neither a period nor a date."""

    code = "filing.shelf_life_unreadable"


class QuantityUnreadable(Invalid):
    """A quantity is not one number with at most one unit."""

    code = "filing.quantity_unreadable"


class UnitMissing(Invalid):
    """A quantity has no unit, neither beside it, nor in it, nor in the header."""

    code = "filing.unit_missing"


class UnitsDiffer(Invalid):
    """A quantity says one unit and the unit cell another."""

    code = "filing.units_differ"


class DigitsLost(Invalid):
    """A long number was stored as an amount, so its last digits are gone."""

    code = "filing.digits_lost"


class KindUnclear(Invalid):
    """A row's word for what happened is not known."""

    code = "filing.kind_unclear"


# --- an upload --------------------------------------------------------------------------------


class FileMissing(Invalid):
    """The form came without a file."""

    code = "filing.file_missing"


class UnknownUpload(NotFound):
    """There is no such upload, or it is another operator's."""

    code = "filing.unknown_upload"


class UploadNotDone(Conflict):
    """The upload is still being read."""

    code = "filing.upload_not_done"


class ReaderDied(Malformed):
    """Reading the file brought the worker down more than once."""

    code = "filing.reader_died"


# --- pages ------------------------------------------------------------------------------------


class FormRefused(Invalid):
    """The ledger refuses what a form says; ``fields`` name the form's fields."""

    code = "filing.form_refused"


class UnknownDelivery(NotFound):
    """No such delivery waits for an answer."""

    code = "filing.unknown_delivery"


class NoPartsGiven(Invalid):
    """A transformation needs at least one lot in and one lot out."""

    code = "filing.no_parts_given"


# --- the shell --------------------------------------------------------------------------------


class RowsRefused(Invalid):
    """Some rows of a file are refused, so nothing of it was filed; ``rows`` hold them."""

    code = "filing.rows_refused"
