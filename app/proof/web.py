"""The page door of the log: the log for everybody, the proof of an entry for who may read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, make_response, request, url_for

from app.doors import http
from app.doors.web import page
from app.proof import errors, queries, services
from app.proof.schemas import ProofQuery
from app.proof.terms import FilingProof
from ledger.entries.queries import filing_with, may_read_filing
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
_ON_A_PAGE = 50  # entries of a filing; what is kept comes in files of log.RECEIPTS_MAX


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
    return {
        "proof": found,
        "reached": list(ProofState).index(found.state),
        "whole": may_read_filing(uow, reference),
    }


@page(blueprint, "/proof/entries/<reference>/receipt", needs="book.read", audits="entry.look_up")
def receipt(uow: UnitOfWork, reference: str) -> Response:
    """The receipt of an entry as a file (C2SP tlog-proof). Refuses: NotSealedYet."""
    found = queries.entry_proof(uow, reference, witnessed=_witnessed())
    if not found.receipt:
        raise NotSealedYet(reference=reference[:40])
    return _kept(found.receipt, found.reference)


@page(
    blueprint,
    "/proof/entries/<reference>/filing",
    needs="book.read",
    template="proof/filing.html",
    audits="filing.look_up",
)
def filing(uow: UnitOfWork, reference: str) -> Mapping[str, Any]:
    """How far the proof of a whole filing has come, by one of its entries; its receipts to keep."""
    after = _after()
    found = _filing(uow, reference, after, _ON_A_PAGE)
    return {
        "proof": found,
        "reference": reference,
        "reached": list(ProofState).index(found.state),
        "files": _files(found, reference),
        "next": _part("proof.filing", reference, found.next),
        "previous": _part("proof.filing", reference, max(0, after - _ON_A_PAGE) if after else None),
    }


@page(
    blueprint,
    "/proof/entries/<reference>/filing/receipts",
    needs="book.read",
    audits="filing.look_up",
)
def filing_receipts(uow: UnitOfWork, reference: str) -> Response:
    """The receipts of a filing in one file, a thousand at most. Refuses: NotSealedYet."""
    after = _after()
    found = _filing(uow, reference, after, log.RECEIPTS_MAX)
    whole = "".join(one.receipt for one in found.proofs)
    if not whole:
        raise NotSealedYet(reference=reference[:40])
    place = f"-{after + 1}" if after else ""
    return _kept(whole, f"filing-{found.filing_id}{place}")


def _after() -> int:
    said: dict[str, int] = ProofQuery(only=("after",)).load({"after": request.args.get("after", 0)})
    return said["after"]


def _filing(uow: UnitOfWork, reference: str, after: int, limit: int) -> FilingProof:
    filed = filing_with(uow, reference)
    return queries.filing_proof(uow, filed, after=after, limit=limit, witnessed=_witnessed())


def _files(found: FilingProof, reference: str) -> list[dict[str, Any]]:
    """Where the receipts of a filing are, a thousand in a file, once there are any."""
    if found.state is ProofState.FILED:
        return []
    return [
        {
            "first": after + 1,
            "last": min(after + log.RECEIPTS_MAX, found.entries),
            "href": _part("proof.filing_receipts", reference, after),
        }
        for after in range(0, found.entries, log.RECEIPTS_MAX)
    ]


def _part(endpoint: str, reference: str, after: int | None) -> str | None:
    if after is None:
        return None
    return url_for(endpoint, reference=reference, after=after or None)


def _kept(receipts: str, name: str) -> Response:
    """Receipts as a file to keep."""
    response = _sent(receipts, _TEXT, "no-store")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.tlog-proof"'
    return response


def _witnessed() -> bool:
    return bool(services.witness_keys(http.room().settings))


def _sent(content: str | bytes, kind: str, cache: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = kind
    response.headers["Cache-Control"] = cache
    return response
