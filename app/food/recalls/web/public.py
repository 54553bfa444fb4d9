"""What everybody may read of recalls: the list, each with its notice, the feeds, the banner."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, make_response, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from app.doors import http
from app.doors.i18n import language
from app.doors.web import page
from app.food.recalls import queries
from app.food.recalls.queries import boards
from app.food.recalls.schemas import feed
from app.food.recalls.terms import Recall, Step, texts
from app.food.recalls.web.shared import blueprint, words
from app.food.trace.terms import RecallBanner
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subjects_by_ids
from scanner.symbols.render import symbol_svg
from scanner.symbols.terms import Symbology

LOTS_LISTED = 200
_WORDS_MAX = 60


@page(
    blueprint,
    "/recalls",
    needs="code.read",
    template="recalls/public_list.html",
    limit="public",
    endpoint="public_list",
)
def public_list(uow: UnitOfWork) -> dict[str, Any] | AnyResponse:
    """The recalls in force, or those that have ended; whoever works here is sent to the cases."""
    if uow.actor.may("recall.read") and request.args.get("public") != "1":
        return redirect(url_for("recalls.index"))
    said = request.args.get("q", "").strip()[:_WORDS_MAX]
    ended = request.args.get("ended") == "1"
    before = request.args.get("next", 0, type=int)
    found = boards.public_recalls(uow, current=not ended, words=said, before=before)
    return {
        "found": found,
        "goods": boards.goods_of(uow, found.items),
        "query": said,
        "ended": ended,
        **words(),
    }


def _noticed(uow: UnitOfWork, number: str) -> dict[str, Any]:
    """A recall with its notice and lots, as everybody reads it."""
    found = boards.public_recall(uow, number)
    event = next(
        (it for it in reversed(queries.events_of(uow, found.id)) if it.step is Step.NOTIFIED), None
    )
    items = dict(event.details.get("items", {})) if event else {}
    recaller = subjects_by_ids(uow, [found.recaller_id], papers=False) if found.recaller_id else {}
    lots = queries.lots_in(uow, found.id, LOTS_LISTED)
    named = boards.lots_named(uow, [one.lot_id for one in lots])
    return {
        "recall": found,
        "goods": boards.goods_of(uow, [found])[found.id],
        "recaller": recaller.get(found.recaller_id or 0),
        "items": [(name, items[name]) for name in _names() if items.get(name, "").strip()],
        "lots": [(one, named[one.lot_id]) for one in lots if one.lot_id in named],
        "asked_at": uow.now,
        **words(),
    }


def _names() -> list[str]:
    return [item.value for item in texts.NOTICE_TEXTS]


@page(
    blueprint,
    "/recalls/<number>",
    needs="code.read",
    template="recalls/public.html",
    limit="public",
)
def notice(uow: UnitOfWork, number: str) -> dict[str, Any]:
    """One recall for everybody: what to do, which lots, the notice."""
    return _noticed(uow, number)


@page(
    blueprint,
    "/recalls/<number>/notice",
    needs="code.read",
    template="recalls/sheet.html",
    limit="public",
)
def printed(uow: UnitOfWork, number: str) -> dict[str, Any]:
    """The notice to be printed and put up in a shop."""
    shown = _noticed(uow, number)
    address = f"{http.room().settings.origin}/recalls/{shown['recall'].number}"
    drawn = symbol_svg(Symbology.QR, address)
    return shown | {
        "qr": Markup(drawn),  # noqa: S704 - our own SVG
        "back": url_for("recalls.notice", number=shown["recall"].number),
        "size": "a4",
    }


def _current(uow: UnitOfWork) -> tuple[tuple[Recall, ...], dict[int, boards.Goods]]:
    items = boards.public_recalls(uow, current=True, limit=boards.FEED_MAX).items
    return items, boards.goods_of(uow, items)


@page(blueprint, "/recalls/feed.atom", needs="code.read", limit="public", endpoint="feed_atom")
def feed_atom(uow: UnitOfWork) -> Response:
    """The recalls in force as Atom."""
    items, goods = _current(uow)
    response = make_response(feed.atom(items, goods, http.room().settings.origin, uow.now))
    response.headers["Content-Type"] = feed.ATOM
    return response


@page(blueprint, "/recalls/feed.json", needs="code.read", limit="public", endpoint="feed_json")
def feed_json(uow: UnitOfWork) -> Response:
    """The recalls in force as JSON Feed."""
    items, goods = _current(uow)
    response = jsonify(feed.json_feed(items, goods, http.room().settings.origin))
    response.headers["Content-Type"] = feed.JSON
    return response


def banner(uow: UnitOfWork, product_id: int, lot_id: int | None) -> RecallBanner:
    """What the public page of a product or lot says of recalls, in the reader's language."""
    seen = boards.recalls_seen(uow, product_id, lot_id)
    current = seen.current
    level = texts.in_words(texts.LEVEL_TEXTS, language())
    return RecallBanner(
        number=current.number if current else "",
        reason=current.reason if current else "",
        level=level[str(int(current.level))] if current else "",
        since=current.notice_on if current else None,
        is_only_lot=current is not None and current.lots == 1,
        is_derived=seen.is_derived,
        hotline=_hotline(uow, current) if current else ("", ""),
        over_number=seen.over.number if seen.over else "",
        over_on=seen.over.closed_at if seen.over else None,
        lots=seen.lots,
    )


def _hotline(uow: UnitOfWork, found: Recall) -> tuple[str, str]:
    """Whose recall it is, and the number to call, of one that is registered."""
    known = subjects_by_ids(uow, [found.recaller_id], papers=False) if found.recaller_id else {}
    recaller = known.get(found.recaller_id or 0)
    if recaller is None or not recaller.registered:
        return "", ""
    return recaller.name, recaller.phone
