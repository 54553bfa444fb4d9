"""What the public sees, as the page's context, as JSON and as a GS1 link set."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote

from app.doors import seals
from app.doors.assets import category_text, division_text
from app.doors.i18n import gettext as _
from app.food.trace.schemas import papers
from app.food.trace.terms import CodeRead, PublicView, Step, StepKind
from ledger.kernel.moment import Moment
from ledger.subjects.terms import Subject
from scanner.trace.terms import LotShown

_VOC = "https://gs1.org/voc/"


def address_of(gtin: str, lot: str = "", lot_id: int = 0) -> str:
    """The public address of a product or lot: a GS1 Digital Link, else its trace number."""
    if gtin:
        return f"/01/{gtin}" + (f"/10/{quote(lot, safe='')}" if lot else "")
    return f"/trace/{seals.trace_reference(lot_id)}" if lot_id else ""


def address_read(read: CodeRead) -> str:
    """The public address of what a code points at; empty where there is none."""
    if read.pointed is None:
        return ""
    if read.pointed.own_id:
        return f"/s/{quote(read.pointed.own_id, safe='')}"
    if read.lots:
        lot = read.lots[0]
        return address_of(lot.gtin, lot.number, lot.id)
    return address_of(read.product.gtin) if read.product else ""


def unknown(code: str) -> dict[str, Any]:
    """The page for a code nobody has registered."""
    return {"state": "unknown", "code": code[:100]}


def context(seen: PublicView) -> dict[str, Any]:
    """The page's context (see pages/public_product.html)."""
    number = _lot_number(seen)
    return {
        "state": "lot" if seen.lot else "no_lot",
        "code": seen.product.gtin,
        "product": {
            "name": seen.product.name,
            "gtin": seen.product.gtin,
            "about": " · ".join(
                part for part in (seen.product.spec, category_text(seen.product.category)) if part
            ),
            "picture": None,
            "producer": _maker(seen),
        },
        "lot": {"number": number} if seen.lot else None,
        "rows": [row for row in _rows(seen) if row],
        "held": seen.hold is not None,
        "recall": _banner(seen),
        "recall_over": {"lot": number, "on": seen.recall.over_on} if seen.recall.over_on else None,
        "recalled_lots": [_recalled_lot(lot) for lot in seen.recall.lots],
        "certificates": papers.shown(seen),
        "path": [_step(step) for step in seen.path],
        "asked_at": seen.asked_at,
        "changed_at": None,
        "proof_state": None,
        "lot_href": address_of(seen.product.gtin),
        "change_href": address_of(seen.product.gtin) or "#",
    }


def _banner(seen: PublicView) -> dict[str, Any] | None:
    """The head of a recalled lot's page: why, how serious, since when, whom to call."""
    said = seen.recall
    if not said.number:
        return None
    name, phone = said.hotline
    made_of = _("用了被召回的原料：%(reason)s", reason=said.reason)
    return {
        "lot": _lot_number(seen),
        "reason": made_of if said.is_derived else said.reason,
        "level": said.level,
        "since": said.since,
        "only_this_lot": said.is_only_lot,
        "refund_until": None,
        "care": None,
        "hotline": {"name": name, "number": phone, "tel": phone, "hours": ""} if phone else None,
        "href": f"/recalls/{said.number}",
        "safe_lots": [],
        "all_lots_href": None,
    }


def _recalled_lot(lot: LotShown) -> dict[str, Any]:
    made = str(lot.produced_on or "")
    href = address_of(lot.gtin, lot.number, lot.id)
    return {"lot": lot.number, "produced_on": made or None, "href": href}


def _lot_number(seen: PublicView) -> str:
    return (seen.lot.number or seen.lot.key.partition(":")[2]) if seen.lot else ""


def _maker(seen: PublicView) -> dict[str, Any]:
    maker, paper = seen.producer, seen.licence
    return {
        "name": _maker_name(maker),
        "verified": seen.is_verified,
        "uscc": maker.uscc if maker else "",
        "place": division_text(maker.division) if maker else "",
        "licence": {
            "kind": "ok" if seen.licence_holds else "bad",
            "number": paper.number,
            "scope": "、".join(paper.scope),
            "valid_to": paper.valid_to.isoformat() if paper.valid_to else None,
        }
        if paper and seen.is_verified
        else None,
        "licence_href": papers.licence_address(seen),
        "grade": None,
    }


def _maker_name(maker: Subject | None) -> str:
    """A producer's name; who is not registered is a person, and stays one."""
    if maker is None:
        return _("没有登记")
    return maker.name if maker.registered else _("一位农户")


def _rows(seen: PublicView) -> list[dict[str, str] | None]:
    return [_recall(seen), _certificate(seen), _licence(seen), _best_before(seen), _missing(seen)]


def _row(kind: str, names: str, answer: str, grounds: str = "") -> dict[str, str]:
    zh, en = names.split("|")
    tone = kind if kind in ("bad", "gap") else ""
    return {"kind": kind, "zh": zh, "en": en, "answer": answer, "grounds": grounds, "tone": tone}


def _recall(seen: PublicView) -> dict[str, str]:
    names = "召回|Recall"
    said = seen.recall
    if said.number:
        return _row("bad", names, _("正在召回，停止食用"), f"{said.level} · {said.number}")
    if seen.hold is not None and seen.hold_is_mixed:
        return _row(
            "bad",
            names,
            _("这批货可能含有被停售的批次"),
            _("请不要购买和食用，等待进一步通知"),
        )
    if seen.hold is not None:
        return _row(
            "bad", names, _("监管部门已要求停止销售"), _("请不要购买和食用，等待进一步通知")
        )
    if seen.lot is None:
        return _row("gap", names, _("要有批号才能回答"))
    if said.over_on is not None:
        return _row("ok", names, _("召回已经结束"), said.over_number)
    return _row("ok", names, _("没有召回"), _("截至查询的时候"))


def _certificate(seen: PublicView) -> dict[str, str] | None:
    if seen.lot is None:
        return None
    names = "合格证明|Certificate"
    if numbers := papers.numbers(seen):
        return _row("ok", names, _("有 %(n)s 份", n=len(numbers)), "、".join(filter(None, numbers)))
    return _row("gap", names, _("台账里没有"), _("没有不等于不合格，只是还没有人报送"))


def _licence(seen: PublicView) -> dict[str, str]:
    names = "生产许可|Licence"
    paper = seen.licence
    if not seen.is_verified:
        return _row("gap", names, _("未核实"), _("生产者还没有确认这个产品"))
    if paper is None:
        return _row("gap", names, _("没有查到"))
    if not seen.licence_holds:
        return _row("bad", names, _("查询的时候已经失效"), paper.number)
    until = _("有效至 %(day)s", day=paper.valid_to.isoformat()) if paper.valid_to else ""
    return _row("ok", names, _("有效"), f"{paper.number} {until}".strip())


def _best_before(seen: PublicView) -> dict[str, str] | None:
    if seen.lot is None:
        return None
    names = "保质期|Best before"
    moment = seen.lot.expires_on
    if not moment.precision:
        return _row("gap", names, _("没有登记"))
    ended = _last_day(moment) < seen.asked_at.date()
    text = _("到 %(day)s", day=str(moment))
    return _row("bad", names, _("已经过期"), text) if ended else _row("ok", names, text)


def _last_day(moment: Moment) -> date:
    return Moment(moment.latest, moment.precision.SECOND).start.date()


def _missing(seen: PublicView) -> dict[str, str] | None:
    if seen.lot is None:
        return None
    names = "缺什么|Missing"
    if seen.has_gap or any(step.kind is StepKind.SOURCE_UNKNOWN for step in seen.path):
        return _row("gap", names, _("来源的账不全"), _("有经营者还没有报送进货"))
    return _row("ok", names, _("来源查得到"))


def _step(step: Step) -> dict[str, str]:
    match step.kind:
        case StepKind.MATERIALS:
            return {
                "kind": "src",
                "title": _("原料"),
                "text": _("由 %(n)s 批原料加工而成", n=step.count),
            }
        case StepKind.PRODUCER:
            return {"kind": "", "title": step.name or _("生产者"), "text": _("生产")}
        case StepKind.SOURCE_UNKNOWN:
            return {"kind": "gap", "title": _("来源没有登记"), "text": _("还没有人报送生产记录")}
        case StepKind.BETWEEN:
            return {"kind": "", "title": _("流通"), "text": _("经过 %(n)s 家经营者", n=step.count)}
        case StepKind.SHOP:
            return {"kind": "here", "title": step.name, "text": _("您扫码的地方")}
        case _:
            return {"kind": "gap", "title": step.name, "text": _("这家店没有登记收到这一批")}


def plain(seen: PublicView) -> dict[str, Any]:
    """The same as JSON: no quantities, prices, contacts or further names."""
    page = context(seen)
    maker = page["product"]["producer"]
    lot = seen.lot
    return {
        "gtin": seen.product.gtin,
        "product": {
            "name": seen.product.name,
            "spec": seen.product.spec,
            "category": seen.product.category,
        },
        "lot": {
            "number": _lot_number(seen),
            "produced_on": str(lot.produced_on) or None,
            "expires_on": str(lot.expires_on) or None,
        }
        if lot
        else None,
        "producer": {
            "name": maker["name"],
            "uscc": maker["uscc"],
            "verified": seen.is_verified,
        }
        if seen.producer
        else None,
        "licences": [maker["licence"] | {"holds": seen.licence_holds}] if maker["licence"] else [],
        "certificates": papers.plain(seen),
        "recall": _recall_plain(seen),
        "path": [
            {"kind": step.kind.value, "name": step.name, "count": step.count or None}
            for step in seen.path
        ],
        "asked_at": seen.asked_at.isoformat(),
    }


def _recall_plain(seen: PublicView) -> dict[str, Any]:
    """The recall, hold or nothing that is on a lot; a product alone names its recalled lots."""
    said = seen.recall
    state = "recalled" if said.number else "held" if seen.hold else "none"
    answer: dict[str, Any] = {"state": state, "mixed": seen.hold_is_mixed}
    if said.number:
        since = said.since.isoformat() if said.since else None
        answer |= {"number": said.number, "reason": said.reason, "since": since}
    if said.over_on is not None:
        answer |= {"ended": said.over_number, "ended_at": said.over_on.isoformat()}
    if said.lots:
        answer["lots"] = [lot.number for lot in said.lots]
    return answer


def linkset(seen: PublicView, origin: str) -> dict[str, Any]:
    """The same as a link set (RFC 9264) in GS1's words: the page, and the data behind it."""
    address = origin + address_of(
        seen.product.gtin, _lot_number(seen), seen.lot.id if seen.lot else 0
    )
    title = seen.product.name
    here = {"href": address, "title": title, "hreflang": ["zh", "en"]}
    return {
        "linkset": [
            {
                "anchor": address,
                "itemDescription": title,
                f"{_VOC}defaultLink": [here | {"type": "text/html"}],
                f"{_VOC}pip": [here | {"type": "text/html"}],
                f"{_VOC}traceability": [
                    here | {"type": "text/html"},
                    here | {"type": "application/json"},
                ],
            }
        ]
    }
