"""Pages of the credit officer: agencies and how well they report, rows that wait for a subject."""

from __future__ import annotations

from typing import Any

from flask import flash, request, url_for

from app.credit.records import services
from app.credit.records.queries import pool, uploads
from app.credit.records.queries.catalogue import agencies, agency_by_code, catalogue
from app.credit.records.queries.quality import quality_by_agency, quality_history
from app.credit.records.schemas.forms import MatchForm
from app.credit.records.terms import CHANNEL_TEXTS, MatchPending, Pending, Quality
from app.credit.records.web.shared import STATE_TEXTS, blueprint, in_words, named, share
from app.doors.i18n import gettext as _
from app.doors.web import form, page
from ledger.kernel.uow import UnitOfWork

SHOWN = 20


def _quality(one: Quality | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "month": one.month.strftime("%Y-%m") if one.month else "",
        "rows": one.rows,
        "score": f"{one.score // 100}.{one.score % 100:02d}",
        "complete": share(one.complete),
        "valid": share(one.valid),
        "timely": share(one.timely),
    }


@page(
    blueprint,
    "/records/agencies",
    needs="catalogue.manage",
    template="records/agencies.html",
    endpoint="agencies",
)
def listed(uow: UnitOfWork) -> dict[str, Any]:
    """All agencies with the quality of what they sent in the last twelve months."""
    found = quality_by_agency(uow)
    lines = [
        {"code": one.code, "name": named(one), "quality": _quality(found.get(one.id))}
        for one in agencies(uow).values()
    ]
    return {"lines": lines, "waiting": pool.pending_count(uow)}


@page(
    blueprint,
    "/records/agencies/<code>",
    needs="catalogue.manage",
    template="records/agency.html",
    endpoint="agency",
    audits="agency.look_up",
)
def shown(uow: UnitOfWork, code: str) -> dict[str, Any]:
    """One agency: its quality month by month, its last uploads."""
    found = agency_by_code(uow, code)
    before = request.args.get("before", type=int)
    sent = uploads.uploads_page(uow, found.id, before=before, limit=SHOWN + 1)
    known = catalogue(uow)
    return {
        "agency": found,
        "name": named(found),
        "months": [_quality(one) for one in quality_history(uow, found.id)],
        "uploads": [
            {
                "upload": one,
                "name": one.name or in_words(CHANNEL_TEXTS[one.channel]),
                "item": named(known.newest(one.item_id)),
                "says": in_words(STATE_TEXTS[one.state.value]),
            }
            for one in sent[:SHOWN]
        ],
        "next": sent[SHOWN - 1].id if len(sent) > SHOWN else None,
    }


@page(
    blueprint,
    "/records/pool",
    needs="catalogue.manage",
    template="records/pool.html",
    endpoint="pool",
    audits="pending.look_up",
)
def waiting(uow: UnitOfWork) -> dict[str, Any]:
    """Rows whose subject nobody has registered, the oldest first."""
    after = request.args.get("after", 0, type=int)
    typed = request.args.get("uscc", "").strip().upper()[:18]
    found = pool.pending_page(uow, uscc=typed, after=after, limit=SHOWN + 1)
    return {
        "lines": [_line(uow, one) for one in found[:SHOWN]],
        "count": pool.pending_count(uow),
        "typed": typed,
        "next": found[SHOWN - 1].id if len(found) > SHOWN else None,
    }


def _line(uow: UnitOfWork, one: Pending) -> dict[str, Any]:
    item = catalogue(uow).newest(one.item_id)
    return {
        "row": one,
        "item": named(item),
        "agency": named(agencies(uow)[one.agency_id]),
        "said": [(named(it), one.said[it.name]) for it in item.fields if one.said.get(it.name)],
    }


def _matching(uow: UnitOfWork, pending_id: int) -> dict[str, Any]:
    found = pool.pending_by_id(uow, pending_id)
    return {**_line(uow, found), "values": {"uscc": found.uscc}}


@form(
    blueprint,
    "/records/pool/<int:pending_id>",
    needs="catalogue.manage",
    loads=MatchForm,
    template="records/match.html",
    context=_matching,
    endpoint="match",
    audits="pending.look_up",
)
def match(uow: UnitOfWork, said: dict[str, str], pending_id: int) -> str:
    """Say whom a waiting row is about, or put it aside; no subject is made of it."""
    if said["drop"]:
        services.drop_pending(uow, pending_id, said["reason"])
        flash(_("已搁置。"))
    else:
        services.match_pending(
            uow,
            MatchPending(pending_id=pending_id, uscc=said["uscc"], reason=said["reason"]),
        )
        flash(_("已匹配并收入。"))
    return url_for("records.pool")
