"""What records refuse, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Forbidden, Invalid, Malformed, NotFound


class UnknownItem(NotFound):
    """The catalogue has no such item: what it does not know is not taken."""

    code = "records.unknown_item"


class ItemNotInForce(Invalid):
    """The item was not, or is no longer, in the catalogue on that day."""

    code = "records.item_not_in_force"


class UnknownAgency(NotFound):
    """No such agency is on the list."""

    code = "records.unknown_agency"


class NotAnAgency(Forbidden):
    """The account belongs to no agency on the list."""

    code = "records.not_an_agency"


class NotYourItem(Forbidden):
    """Another agency provides this item."""

    code = "records.not_your_item"


class TooManyRows(Invalid):
    """More rows than one request may bring; a sheet may bring more."""

    code = "records.too_many_rows"


class UnknownColumn(Invalid):
    """A row has a field the item does not have."""

    code = "records.unknown_column"


class FieldMissing(Invalid):
    """A field that is required is empty."""

    code = "records.field_missing"


class FieldTooLong(Invalid):
    """A text is longer than the field takes."""

    code = "records.field_too_long"


class FieldUnprintable(Invalid):
    """A text holds control characters or half characters."""

    code = "records.field_unprintable"


class FieldIsFormula(Invalid):
    """A cell holds a formula or its error instead of what it comes to."""

    code = "records.field_is_formula"


class DigitsLost(Invalid):
    """A long number was stored as an amount, so its last digits are gone."""

    code = "records.digits_lost"


class NotADay(Invalid):
    """What should be a date cannot be read as one."""

    code = "records.not_a_day"


class DayImpossible(Invalid):
    """A date lies in the future or before there were such records."""

    code = "records.day_impossible"


class DaysReversed(Invalid):
    """A term ends before it begins."""

    code = "records.days_reversed"


class NotMoney(Invalid):
    """What should be an amount cannot be read as one."""

    code = "records.not_money"


class NotANumber(Invalid):
    """What should be a number cannot be read as one."""

    code = "records.not_a_number"


class NotACode(Invalid):
    """A value is not in the field's code list."""

    code = "records.not_a_code"


class CodesExclude(Invalid):
    """One of the codes given stands alone or not at all."""

    code = "records.codes_exclude"


class NotAFlag(Invalid):
    """What should be yes or no is neither."""

    code = "records.not_a_flag"


class NotShares(Invalid):
    """What should be shares of groups cannot be read as such."""

    code = "records.not_shares"


class BasisMissing(Invalid):
    """Negative information must name its legal ground."""

    code = "records.basis_missing"


class WrongForm(Invalid):
    """The item is not for bodies of this kind."""

    code = "records.wrong_form"


# --- a file of rows ---------------------------------------------------------------------------


class FileMissing(Invalid):
    """The form came without a file."""

    code = "records.file_missing"


class HeadWrong(Malformed):
    """The head of a sheet lacks required fields, or has columns the item does not know."""

    code = "records.head_wrong"


class SheetWithoutRows(Malformed):
    """Under the head of a sheet there is not one row."""

    code = "records.sheet_without_rows"


class LineUnreadable(Invalid):
    """A line of a file of JSON lines is no object of plain values."""

    code = "records.line_unreadable"


class RevisedTooOften(Invalid):
    """A record has been corrected as often as a record can be."""

    code = "records.revised_too_often"


class UnknownUpload(NotFound):
    """There is no such upload, or another agency sent it."""

    code = "records.unknown_upload"


class UploadNotDone(Conflict):
    """The upload is still being read."""

    code = "records.upload_not_done"


class ReaderDied(Malformed):
    """Reading the file brought the worker down more than once."""

    code = "records.reader_died"


class UnknownPending(NotFound):
    """No such row waits for its subject."""

    code = "records.unknown_pending"


class UnknownRecord(NotFound):
    """There is no such record, or not for the one who asks."""

    code = "records.unknown_record"


class NotYourRecord(Forbidden):
    """Another agency submitted the record; only that one may change it."""

    code = "records.not_your_record"


class RecordMoved(Conflict):
    """Somebody corrected or withdrew the record since it was read."""

    code = "records.moved"


class NothingChanged(Invalid):
    """The correction says what the record says already, or names another record."""

    code = "records.nothing_changed"


class ReasonMissing(Invalid):
    """A change of a record says why."""

    code = "records.reason_missing"


class CatalogueUnreadable(Malformed):
    """A catalogue file is no TOML; the line is named."""

    code = "records.catalogue_unreadable"


class CatalogueIncomplete(Invalid):
    """An item lacks what every item must say."""

    code = "records.catalogue_incomplete"


class CatalogueValue(Invalid):
    """An item says something that cannot be."""

    code = "records.catalogue_value"


class CatalogueField(Invalid):
    """An item names a field or a code list that is nowhere described."""

    code = "records.catalogue_field"


class CatalogueTwice(Invalid):
    """A file has the same version of an item, or the same field, twice."""

    code = "records.catalogue_twice"


class CatalogueChanged(Conflict):
    """This version of the item is in the catalogue already and says something else."""

    code = "records.catalogue_changed"


class CatalogueFieldsMoved(Invalid):
    """A new version moves, renames or drops a field, so that old records would read wrong."""

    code = "records.catalogue_fields_moved"


code = "records.catalogue_refused"


class AuthorisationOver(Conflict):
    """The subject has taken the authorisation back, or its day has passed."""

    code = "records.authorisation_over"


class UnknownAuthorisation(NotFound):
    """There is no such authorisation, or it is not yours."""

    code = "records.unknown_authorisation"


class PartyMissing(Invalid):
    """An authorisation names who may read."""

    code = "records.party_missing"


class AuthorisationDayWrong(Invalid):
    """The last day of an authorisation lies between today and the longest allowed."""

    code = "records.authorisation_day_wrong"


class FileNotYours(Forbidden):
    """This version of a credit file is for its subject and for agencies."""

    code = "records.file_not_yours"


class AuthorisationDayMissing(Invalid):
    """An authorisation ends on a day."""

    code = "records.authorisation_day_missing"
