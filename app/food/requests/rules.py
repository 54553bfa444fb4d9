"""Links a request is answered through, and what a request and an answer must say.

A link names the request and carries a seal of 80 bits made with the installation's key: nothing
that opens one lies in the database, and nobody can guess one.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from app.food.requests import errors
from app.food.requests.terms import AnswerRequest, OpenRequest
from ledger.kernel.ids import UnknownReference, decode, encode

HOURS_MAX = 720
TEXT_MAX = 500
LINK_DAYS = 30  # an answer that comes late is still an answer
_BODY, _SEAL = 7, 16
_ID_MAX = 2**31 - 1


def link_text(request_id: int, key: str) -> str:
    """The 23 characters of a link. Raises ValueError without a key."""
    if not key:
        raise ValueError("links are sealed with the installation's key")
    body = encode(request_id, _BODY)
    seal = hmac.new(key.encode(), b"request:" + body.encode(), hashlib.sha256).digest()
    return body + encode(int.from_bytes(seal[: _SEAL * 5 // 8], "big"), _SEAL)


def request_of_link(text: str, key: str) -> int:
    """The request a link names. Refuses: UnknownLink for one we did not make."""
    said = text.strip().upper()
    if len(said) != _BODY + _SEAL or not said.isascii():
        raise errors.UnknownLink
    try:
        number = decode(said[:_BODY])
    except UnknownReference as problem:
        raise errors.UnknownLink from problem
    if number > _ID_MAX or not hmac.compare_digest(link_text(number, key), said):
        raise errors.UnknownLink
    return number


def due_at(now: datetime, hours: int) -> datetime:
    """Until when is to be answered: hours run on through nights and holidays."""
    return now + timedelta(hours=hours)


def check_asked(command: OpenRequest, hours: int) -> None:
    """Refuses: HoursWrong, TextTooLong."""
    if not 1 <= hours <= HOURS_MAX:
        raise errors.HoursWrong(field="hours")
    if len(command.note) > TEXT_MAX:
        raise errors.TextTooLong(limit=TEXT_MAX, field="note")


def check_remark(remark: str) -> str:
    """A remark without loose spaces. Refuses: TextTooLong."""
    said = " ".join(remark.split())
    if len(said) > TEXT_MAX:
        raise errors.TextTooLong(limit=TEXT_MAX, field="remark")
    return said


def is_over(due: datetime, now: datetime) -> bool:
    """Whether the link of a request has run out."""
    return now > due + timedelta(days=LINK_DAYS)


def content_of(command: AnswerRequest) -> bytes:
    """What makes two answers the same: a second tap gives the first one's entry."""
    said = (
        command.partner,
        command.contact,
        command.quantity,
        command.unit,
        command.at,
        command.document,
    )
    return hashlib.sha256("\x1f".join(said).encode()).digest()
