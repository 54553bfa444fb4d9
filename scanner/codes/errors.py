"""The refusals of the codes, in order of precedence: reading, pairing, dates, building."""

from __future__ import annotations

from ledger.kernel.errors import Invalid


class TextTooLong(Invalid):
    """No symbol holds so much text."""

    code = "codes.text_too_long"


class UnknownText(Invalid):
    """The text is none of the codes the house knows."""

    code = "codes.unknown_text"


class UnknownElement(Invalid):
    """What follows begins with no application identifier of GS1."""

    code = "codes.unknown_element"


class ElementUnreadable(Invalid):
    """A value does not have the format of its application identifier."""

    code = "codes.element_unreadable"


class SeparatorMissing(Invalid):
    """A value of varying length ran into the next one; the reader dropped the separator."""

    code = "codes.separator_missing"


class SeparatorPerhapsMissing(Invalid):
    """A lot or serial number ends in what could be dates of their own."""

    code = "codes.separator_perhaps_missing"


class DateImpossible(Invalid):
    """The digits of a date name no day."""

    code = "codes.date_impossible"


class ElementRepeated(Invalid):
    """One application identifier stands twice with different values."""

    code = "codes.element_repeated"


class ElementExcluded(Invalid):
    """Two application identifiers that may not stand together do."""

    code = "codes.element_excluded"


class ElementMissing(Invalid):
    """An application identifier stands without the one it needs."""

    code = "codes.element_missing"


class ExpiresBeforeProduction(Invalid):
    """The expiry date (17) lies before the production date (11)."""

    code = "codes.expires_before_production"


class ProducedInFuture(Invalid):
    """The production date (11) lies more than a day ahead."""

    code = "codes.produced_in_future"


class NotFood(Invalid):
    """The number is a book's or a periodical's, which the food ledger does not follow."""

    code = "codes.not_food"


class QualifierOrder(Invalid):
    """The qualifiers of a link stand in another order than 22, 10, 21."""

    code = "codes.qualifier_order"


class CharacterNotAllowed(Invalid):
    """A value holds a character that no element string can carry."""

    code = "codes.character_not_allowed"


class NoLinkKey(Invalid):
    """A link needs one of the keys (01), (00), (414) or (417)."""

    code = "codes.no_link_key"
