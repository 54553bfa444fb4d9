"""What the pages of signs share: the blueprint, the key, a sign with all that is known of it."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, request

from app.credit.signage.queries.whole import Whole
from app.credit.signage.rules import statements
from app.credit.signage.rules.faces import address_of, face_of
from app.credit.signage.rules.layout import larger, sheet
from app.credit.signage.terms import CodeState, Sign
from app.doors import http, seals
from app.papers.terms import Drawing
from scanner.symbols.render import sign_rows

blueprint = Blueprint("signage", __name__, template_folder="../templates")
A4, A5 = "a4", "a5"


def seed() -> bytes:
    """The seed of this installation's key of signs."""
    return statements.seed_of(seals.key())


def host() -> str:
    """The name under which people reach this house."""
    return urlsplit(http.room().settings.origin).netloc


def code_of(sign: Sign) -> CodeState:
    """What the code that led to this page says of itself."""
    said = request.args.get("c", "")[:400]
    return statements.code_state(said, sign, statements.public_key(seed()))


def drawing_of(shown: Whole, size: str) -> Drawing:
    """A sign as it is printed."""
    assert shown.present is not None
    address = address_of(http.room().settings.origin, shown.sign, seed())
    face = face_of(shown.sign, shown.board, shown.present, address, sign_rows(address))
    drawn = sheet(face)
    return larger(drawn) if size == A4 else drawn
