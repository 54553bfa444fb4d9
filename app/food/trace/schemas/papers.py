"""The certificates of a public page: those on file, and numbers that were filed with entries."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.doors.i18n import gettext as _
from app.doors.i18n import language
from app.food.trace.terms import PublicView
from ledger.certificates.terms import KIND_TEXTS, PaperShown, TargetKind

_TITLES = {kind.value: words for kind, words in KIND_TEXTS.items()}


def shown(seen: PublicView) -> list[dict[str, Any]]:
    """The page's certificates: of the lot or the latest lots first, then of the product."""
    today = seen.asked_at.date()
    return [_on_file(paper, today, seen) for paper in _goods(seen)] + [
        {"kind": "ok", "title": _title(kind), "number": number, "text": "", "href": ""}
        for kind, number in _filed(seen)
    ]


def plain(seen: PublicView) -> list[dict[str, Any]]:
    """The same as JSON; ``href`` leads to what everybody may see of it."""
    return [
        {
            "kind": paper.kind.value,
            "number": paper.number,
            "issuer": paper.issuer,
            "issued_on": paper.issued_on.isoformat() if paper.issued_on else None,
            "valid_to": paper.valid_to.isoformat() if paper.valid_to else None,
            "about": paper.target.value,
            "lot": paper.lot,
            "href": _address(paper),
        }
        for paper in _goods(seen)
    ] + [{"kind": kind, "number": number} for kind, number in _filed(seen)]


def numbers(seen: PublicView) -> list[str]:
    """The numbers of the papers about this very lot; empty ones of papers without."""
    own = [paper.number for paper in seen.papers if paper.target is TargetKind.LOT]
    return own + [number for _kind, number in _filed(seen)]


def licence_address(seen: PublicView) -> str | None:
    """Where the picture of the producer's licence is, if it is on file."""
    found = [paper for paper in seen.papers if paper.target is TargetKind.OPERATOR]
    return _address(found[0]) if found else None


def _goods(seen: PublicView) -> list[PaperShown]:
    return [paper for paper in seen.papers if paper.target is not TargetKind.OPERATOR]


def _filed(seen: PublicView) -> list[tuple[str, str]]:
    """What was filed with entries and is not among the papers on file."""
    known = {paper.number for paper in seen.papers}
    return [(kind, number) for kind, number in seen.certificates if number not in known]


def _on_file(paper: PaperShown, today: date, seen: PublicView) -> dict[str, Any]:
    ended = paper.valid_to is not None and paper.valid_to < today
    said = [
        _("批号 %(lot)s", lot=paper.lot) if paper.lot and seen.lot is None else "",
        _("产品的证明") if paper.target is TargetKind.PRODUCT else "",
        paper.issuer,
        _("%(day)s 开具", day=paper.issued_on.isoformat()) if paper.issued_on else "",
        _valid(paper.valid_to, ended=ended),
    ]
    return {
        "kind": "warn" if ended else "ok",
        "title": _title(paper.kind.value),
        "number": paper.number,
        "text": " · ".join(part for part in said if part),
        "href": _address(paper),
    }


def _valid(until: date | None, *, ended: bool) -> str:
    if until is None:
        return ""
    day = until.isoformat()
    return _("%(day)s 已过期", day=day) if ended else _("有效至 %(day)s", day=day)


def _address(paper: PaperShown) -> str:
    return f"/certificates/{paper.id}/public"


def _title(kind: str) -> str:
    """What a kind is called; one that has no word of ours is called as it was filed."""
    return _TITLES[kind][language() == "en"] if kind in _TITLES else kind
