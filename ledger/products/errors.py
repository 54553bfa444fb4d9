"""The refusals of products and lots, in order of precedence: unreadable, missing, unknown, clash.

A GTIN that cannot be read is refused by the identifiers before any of these.
"""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Forbidden, Invalid, NotFound


class ProductMissing(Invalid):
    """Goods are named by GTIN, by in-store code, or by a name, and here by none of them."""

    code = "products.product_missing"


class TextTooLong(Invalid):
    """A name, specification, category or code is longer than any on a pack."""

    code = "products.text_too_long"


class NotFood(Invalid):
    """The prefix of the trade item number is a periodical's or a book's."""

    code = "products.not_food"


class NameMissing(Invalid):
    """A product that is opened by hand has a name."""

    code = "products.name_missing"


class ProducerMissing(Invalid):
    """A product without a GTIN is known by its name and its producer."""

    code = "products.producer_missing"


class ShelfLifeUnreadable(Invalid):
    """A shelf life is a number of days, months or years, or none."""

    code = "products.shelf_life_unreadable"


class LotUnreadable(Invalid):
    """A lot number is at most 50 printable characters."""

    code = "products.lot_unreadable"


class LotMissing(Invalid):
    """Food needs a lot number or a production date; only farm produce may go without both."""

    code = "products.lot_missing"


class ExpiresBeforeProduced(Invalid):
    """The expiry date lies before the production date."""

    code = "products.expires_before_produced"


class PackInStore(Invalid):
    """A number a shop gave itself means nothing elsewhere, so it is no pack and in none."""

    code = "products.pack_in_store"


class PackContentUnfit(Invalid):
    """A pack holds more than none and at most a thousand million of what it packs."""

    code = "products.pack_content_unfit"


class PackCycle(Invalid):
    """A pack cannot, through other packs, hold itself."""

    code = "products.pack_cycle"


class ReasonMissing(Invalid):
    """A lot is stopped or released with a reason."""

    code = "products.reason_missing"


class UnknownProduct(NotFound):
    """The ledger has no such product."""

    code = "products.unknown"


class UnknownLot(NotFound):
    """The ledger has no such lot."""

    code = "products.unknown_lot"


class UnknownClaim(NotFound):
    """No operator's name with that number waits for a decision."""

    code = "products.unknown_claim"


class PackContradicts(Conflict):
    """The pack is on file with another content."""

    code = "products.pack_contradicts"


class PackNotYours(Forbidden):
    """Only the producer of a product, or a registrar, says how it is packed."""

    code = "products.pack_not_yours"


class AlreadyHeld(Conflict):
    """The lot is already stopped."""

    code = "products.already_held"


class NotHeld(Conflict):
    """The lot is not stopped."""

    code = "products.not_held"


class HeldByRecall(Conflict):
    """The lot is stopped by a recall alone, and released when that ends."""

    code = "products.held_by_recall"
