"""The page door of the log: the log for everybody, the proof of an entry for who may read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, make_response

from app.doors import http
from app.doors.web import page
from app.proof import errors, queries, services
from ledger.kernel.uow import UnitOfWork
from ledger.proof import queries as log
from ledger.proof.errors import NotSealedYet
from ledger.proof.rules.keys import encoded, vkey
from ledger.proof.rules.tiles import parse_tile_path
from ledger.proof.terms import ProofState

blueprint = Blueprint("proof", __name__, template_folder="templates")
_FOR_EVER = "public, max-age=31536000, immutable"
_A_MOMENT = "public, max-age=2"  # a checkpoint is overtaken by the next one within seconds
_TEXT, _BYTES = "text/plain; charset=utf-8", "application/octet-stream"


@page(blueprint, "/log/", needs="code.read", template="proof/log.html", limit="public")
def show(uow: UnitOfWork) -> Mapping[str, Any]:
    """What the log is, its newest checkpoint, its key and its witnesses."""
    settings = http.room().settings
    shown = queries.log_shown(
        uow,
        services.log_key(settings).verifier,
        before=services.keys_before(settings),
        witnesses=services.witness_keys(settings),
    )
    newest = shown.checkpoint
    return {
        "log": shown,
        "root": encoded(newest.root) if newest else "",
        "address": f"{settings.origin}/log",
    }


@page(blueprint, "/log/checkpoint", needs="code.read", limit="public")
def checkpoint(uow: UnitOfWork) -> Response:
    """The newest checkpoint as a signed note (C2SP tlog-checkpoint)."""
    newest = log.checkpoint_latest(uow)
    if newest is None:
        raise errors.NothingSealed
    return _sent(log.note_of(uow, newest), _TEXT, _A_MOMENT)


@page(blueprint, "/log/checkpoint/<int:size>", needs="code.read", limit="public")
def checkpoint_at(uow: UnitOfWork, size: int) -> Response:
    """An earlier checkpoint, with the signatures witnesses have given since."""
    return _sent(log.note_of(uow, log.checkpoint_of(uow, size)), _TEXT, _A_MOMENT)


@page(blueprint, "/log/key", needs="code.read", limit="public")
def key(uow: UnitOfWork) -> Response:
    """The log's public key in one line."""
    verifier = services.log_key(http.room().settings).verifier
    return _sent(f"{vkey(verifier)}\n", _TEXT, _A_MOMENT)


@page(blueprint, "/log/tile/<level>/<path:rest>", needs="code.read", limit="public")
def tile(uow: UnitOfWork, level: str, rest: str) -> Response:
    """A tile (C2SP tlog-tiles); as long as the log is honest none ever changes."""
    found = log.tile_data(uow, parse_tile_path(level, rest))
    if found is None:
        raise errors.TileMissing(tile=f"{level}/{rest}"[:60])
    return _sent(found, _BYTES, _FOR_EVER)


@page(
    blueprint,
    "/proof/entries/<reference>",
    needs="book.read",
    template="proof/entry.html",
    audits="entry.look_up",
)
def entry(uow: UnitOfWork, reference: str) -> Mapping[str, Any]:
    """How far the proof of an entry has come, and its receipt to keep."""
    found = queries.entry_proof(uow, reference, witnessed=_witnessed())
    return {"proof": found, "reached": list(ProofState).index(found.state)}


@page(blueprint, "/proof/entries/<reference>/receipt", needs="book.read", audits="entry.look_up")
def receipt(uow: UnitOfWork, reference: str) -> Response:
    """The receipt of an entry as a file (C2SP tlog-proof). Refuses: NotSealedYet."""
    found = queries.entry_proof(uow, reference, witnessed=_witnessed())
    if not found.receipt:
        raise NotSealedYet(reference=reference[:40])
    response = _sent(found.receipt, _TEXT, "no-store")
    name = f"{found.reference}.tlog-proof"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _witnessed() -> bool:
    return bool(services.witness_keys(http.room().settings))


def _sent(content: str | bytes, kind: str, cache: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = kind
    response.headers["Cache-Control"] = cache
    return response
