"""The recalls that are in force, for machines: Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from app.doors.i18n import gettext as _
from app.doors.i18n import language
from app.food.recalls.queries.boards import Goods
from app.food.recalls.terms import Recall, texts
from ledger.kernel.zone import SHANGHAI

ATOM = "application/atom+xml; charset=utf-8"
JSON = "application/feed+json; charset=utf-8"
_ATOM = "http://www.w3.org/2005/Atom"
_JSON = "https://jsonfeed.org/version/1.1"


def _moment(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")


def _tongue() -> str:
    return "en" if language() == "en" else "zh-CN"


def title_of(one: Recall, goods: Goods) -> str:
    """What a recall is of, in a line."""
    lot = _("批号 %(lot)s", lot=goods.lot) if goods.lot else ""
    more = _("等 %(n)s 批", n=one.lots) if goods.lot and one.lots > 1 else ""
    level = texts.in_words(texts.LEVEL_TEXTS, language())[str(int(one.level))]
    return " ".join(filter(None, (goods.product, lot, more, f"({level})")))


def atom(items: Sequence[Recall], goods: Mapping[int, Goods], origin: str, now: datetime) -> bytes:
    """The feed as Atom; texts are escaped by the writer."""
    feed = Element("feed", {"xmlns": _ATOM, "xml:lang": _tongue()})
    address = f"{origin}/recalls"
    _add(feed, "id", f"{address}/feed.atom")
    _add(feed, "title", _("正在召回的食品"))
    _add(feed, "updated", _moment(max((one.opened_at for one in items), default=now)))
    author = SubElement(feed, "author")
    _add(author, "name", _("溯源"))
    SubElement(feed, "link", {"rel": "self", "href": f"{address}/feed.atom"})
    SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": address})
    for one in items:
        entry = SubElement(feed, "entry")
        link = f"{address}/{one.number}"
        _add(entry, "id", link)
        _add(entry, "title", title_of(one, goods[one.id]))
        _add(entry, "published", _moment(one.opened_at))
        _add(entry, "updated", _moment(one.opened_at))
        SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": link})
        _add(entry, "summary", one.reason)
    said: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return said


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def json_feed(items: Sequence[Recall], goods: Mapping[int, Goods], origin: str) -> dict[str, Any]:
    """The feed as JSON Feed; what a machine wants to compare stands under ``_suyuan``."""
    address = f"{origin}/recalls"
    return {
        "version": _JSON,
        "title": _("正在召回的食品"),
        "home_page_url": address,
        "feed_url": f"{address}/feed.json",
        "language": _tongue(),
        "items": [_item(one, goods[one.id], address) for one in items],
    }


def _item(one: Recall, goods: Goods, address: str) -> dict[str, Any]:
    return {
        "id": f"{address}/{one.number}",
        "url": f"{address}/{one.number}",
        "title": title_of(one, goods),
        "content_text": one.reason,
        "date_published": _moment(one.opened_at),
        "_suyuan": {
            "number": one.number,
            "level": int(one.level),
            "hazard": one.hazard.value,
            "product": goods.product,
            "gtin": goods.gtin,
            "lots": one.lots,
            "first_lot": goods.lot,
            "notice_on": one.notice_on.isoformat() if one.notice_on else None,
        },
    }
