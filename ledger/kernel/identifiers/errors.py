"""The refusals of the identifiers, in order of precedence: unreadable, character, check digit."""

from __future__ import annotations

from ledger.kernel.errors import Invalid


class GtinUnreadable(Invalid):
    """A trade item number is 8, 12, 13 or 14 digits, and this is not."""

    code = "identifiers.gtin_unreadable"


class GtinCheckDigit(Invalid):
    """The last digit of the trade item number does not follow from the others."""

    code = "identifiers.gtin_check_digit"


class UpcEUnreadable(Invalid):
    """A zero-suppressed UPC-E is 6, 7 or 8 digits of number system 0 or 1, and this is not."""

    code = "identifiers.upc_e_unreadable"


class SsccUnreadable(Invalid):
    """A logistics unit number is 18 digits, and this is not."""

    code = "identifiers.sscc_unreadable"


class SsccCheckDigit(Invalid):
    """The last digit of the logistics unit number does not follow from the others."""

    code = "identifiers.sscc_check_digit"


class GlnUnreadable(Invalid):
    """A location number is 13 digits, and this is not."""

    code = "identifiers.gln_unreadable"


class GlnCheckDigit(Invalid):
    """The last digit of the location number does not follow from the others."""

    code = "identifiers.gln_check_digit"


class UsccUnreadable(Invalid):
    """A unified social credit code is 18 characters, and this is not."""

    code = "identifiers.uscc_unreadable"


class UsccCharacter(Invalid):
    """A character stands where GB 32100-2015 forbids it: I, O, S, V, Z, or a letter in 3–8."""

    code = "identifiers.uscc_character"


class UsccCheckCharacter(Invalid):
    """The last character of the social credit code does not follow from the others."""

    code = "identifiers.uscc_check_character"


class RegistrationUnreadable(Invalid):
    """An old business registration number is 15 digits, and this is not."""

    code = "identifiers.registration_unreadable"


class RegistrationCheckDigit(Invalid):
    """The last digit of the business registration number does not follow from the others."""

    code = "identifiers.registration_check_digit"


class LicenceUnreadable(Invalid):
    """A licence number is SC, JY or YB with 14 digits or QS with 12, and this is not."""

    code = "identifiers.licence_unreadable"


class DivisionUnreadable(Invalid):
    """A division code is 6 digits, or 9 for a town, and this is not."""

    code = "identifiers.division_unreadable"


class UnknownProvince(Invalid):
    """The first two digits of the division code name no province of GB/T 2260."""

    code = "identifiers.unknown_province"
