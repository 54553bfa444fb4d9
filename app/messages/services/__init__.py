"""The verbs of messages: tell, read, and see that letters and calls leave the house."""

from __future__ import annotations

from app.messages.services.addresses import (
    add_address,
    confirm_address,
    forget_person,
    mute_address,
    own_address,
    remove_address,
)
from app.messages.services.boxes import forget_old, mark_all_read, mark_read
from app.messages.services.calling import forget_calls, note_heard, take_calls
from app.messages.services.posting import note_failed, note_sent, take_letters
from app.messages.services.telling import tell
from app.messages.services.webhooks import (
    add_webhook,
    own_webhook,
    remove_webhook,
    renew_secret,
    switch_on,
    try_webhook,
)

__all__ = [
    "add_address",
    "add_webhook",
    "confirm_address",
    "forget_calls",
    "forget_old",
    "forget_person",
    "mark_all_read",
    "mark_read",
    "mute_address",
    "note_failed",
    "note_heard",
    "note_sent",
    "own_address",
    "own_webhook",
    "remove_address",
    "remove_webhook",
    "renew_secret",
    "switch_on",
    "take_calls",
    "take_letters",
    "tell",
    "try_webhook",
]
