"""What messages refuse, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Invalid, LimitReached, NotFound, Unavailable


class UnknownMessage(NotFound):
    """The message is not there, or in somebody else's box."""

    code = "messages.unknown_message"


class UnknownAddress(NotFound):
    """The address is not there, or somebody else's."""

    code = "messages.unknown_address"


class UnknownWebhook(NotFound):
    """The webhook is not there, or somebody else's."""

    code = "messages.unknown_webhook"


class ChannelMissing(Invalid):
    """This installation has no such way to send messages."""

    code = "messages.channel_missing"


class AddressUnusable(Invalid):
    """What was typed is no address that can be written to."""

    code = "messages.address_unusable"


class LanguageUnknown(Invalid):
    """Messages are in Chinese or in English."""

    code = "messages.language_unknown"


class AddressKnown(Conflict):
    """The address is on the list already."""

    code = "messages.address_known"


class TooManyAddresses(LimitReached):
    """One person has a handful of addresses."""

    code = "messages.too_many_addresses"


class TooManyTries(LimitReached):
    """A person may have a handful of letters sent to new addresses a day."""

    code = "messages.too_many_tries"


class WebhookAddressUnusable(Invalid):
    """A webhook's address is no full https address without a name and password in it."""

    code = "messages.webhook_address_unusable"


class WebhookAddressInside(Invalid):
    """A webhook's address leads to a private network."""

    code = "messages.webhook_address_inside"


class WebhookHostUnknown(Invalid):
    """A webhook's host has no address."""

    code = "messages.webhook_host_unknown"


class TooManyWebhooks(LimitReached):
    """An operator or account has a handful of webhooks."""

    code = "messages.too_many_webhooks"


class AddressRefused(Invalid):
    """The receiving side says for good that it does not take letters for this address."""

    code = "messages.address_refused"


class CarrierSilent(Unavailable):
    """Who carries letters does not answer, or not now."""

    code = "messages.carrier_silent"
