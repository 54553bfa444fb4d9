"""How a call to a webhook is signed: the headers of Standard Webhooks, HMAC-SHA256."""

from __future__ import annotations

import base64
import hashlib
import hmac

PREFIX = "whsec_"


def key_of(house: str, webhook_id: int, nonce: bytes) -> bytes:
    """The 32 bytes a webhook's calls are signed with; they stand nowhere but in who reckons them.

    A copy of the database is no use for signing without the installation's own key.
    """
    said = b"webhook\0" + webhook_id.to_bytes(8, "big") + nonce
    return hmac.new(house.encode(), said, hashlib.sha256).digest()


def secret_text(key: bytes) -> str:
    """The key as its owner puts it into the receiving system."""
    return PREFIX + base64.b64encode(key).decode("ascii")


def signature(key: bytes, reference: str, seconds: int, body: bytes) -> str:
    """The value of ``webhook-signature``: of the id, the time in seconds and the body."""
    said = f"{reference}.{seconds}.".encode() + body
    digest = hmac.new(key, said, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode("ascii")
