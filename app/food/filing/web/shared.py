"""What the pages of filing share: their blueprint, words, whose book it is, filing one line."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, url_for

from app.doors import http
from app.doors.i18n import gettext as _
from app.doors.i18n import language
from app.doors.refusals import text_of
from app.food.filing import errors
from app.food.filing.queries.books import operator_meant
from app.food.filing.schemas.forms import form_field
from app.food.filing.schemas.json import key_of
from ledger.entries.errors import LinesRefused
from ledger.entries.services import file_entries
from ledger.entries.terms import EntryKind, Filed, FileEntries, Line, Source
from ledger.kernel.ids import parse_entry_reference
from ledger.kernel.moment import Moment
from ledger.kernel.quantity import Unit, unit_named
from ledger.kernel.uow import UnitOfWork
from ledger.proof.queries import state_of

blueprint = Blueprint("filing", __name__, template_folder="../templates")

Words = tuple[str, str]
KIND_TEXTS: dict[EntryKind, Words] = {
    EntryKind.RECEIPT: ("进货", "receipt"),
    EntryKind.DISPATCH: ("销货", "dispatch"),
    EntryKind.PRODUCTION: ("生产", "production"),
    EntryKind.TRANSFORMATION: ("加工", "transformation"),
    EntryKind.DISPOSAL: ("处置", "disposal"),
    EntryKind.AGGREGATION: ("组装", "aggregation"),
    EntryKind.DISAGGREGATION: ("拆装", "disaggregation"),
    EntryKind.CORRECTION: ("更正", "correction"),
}
FLAG_TEXTS: dict[str, Words] = {
    "late": ("迟报", "late"),
    "pending_proof": ("待补合格证明", "certificate pending"),
    "imbalance": ("出多于进", "more out than in"),
    "near_duplicate": ("疑似重复", "perhaps a duplicate"),
    "expired_food": ("已过期", "expired"),
    "licence": ("许可待核", "licence doubted"),
    "return": ("退货", "return"),
    "retail": ("零售汇总", "retail"),
}
FIELD_TEXTS: dict[str, Words] = {
    "name": ("品名", "name"),
    "gtin": ("商品条码", "barcode"),
    "sscc": ("物流单元", "logistic unit"),
    "spec": ("规格", "specification"),
    "category": ("类别", "category"),
    "quantity": ("数量", "quantity"),
    "unit": ("单位", "unit"),
    "produced_on": ("生产日期", "production date"),
    "lot": ("批号", "lot"),
    "shelf_life": ("保质期", "shelf life"),
    "expires_on": ("到期日期", "expiry date"),
    "at": ("日期", "date"),
    "partner_name": ("对方名称", "partner"),
    "partner_address": ("对方地址", "partner's address"),
    "partner_contact": ("对方联系方式", "partner's contact"),
    "partner_uscc": ("对方信用代码", "partner's credit code"),
    "partner_licence": ("对方许可证号", "partner's licence"),
    "producer": ("生产者", "producer"),
    "certificate": ("合格证明", "certificate"),
    "origin": ("产地", "origin"),
    "storage": ("贮存条件", "storage"),
    "document": ("单号", "document"),
    "document_line": ("行号", "document line"),
    "kind": ("类型", "kind"),
    "reason": ("原因", "reason"),
    "note": ("备注", "note"),
    "return": ("退货", "return"),
    "override_reason": ("放行理由", "override"),
    "operator": ("经营者", "operator"),
}


def words(table: Mapping[Any, Words]) -> dict[str, str]:
    """A table of words in the language of the page, by plain value."""
    place = int(language() == "en")
    return {str(key): both[place] for key, both in table.items()}


def moment_words(at: Moment) -> str:
    """A moment as a table shows it: cut where knowledge ends."""
    return str(at).replace("T", " ")[:16]


def unit_words(unit: str) -> str:
    """A unit as people say it: 袋 for XBG on a Chinese page; a word of its own as it is."""
    if not unit:
        return ""
    found = unit_named(unit)
    return found.zh if language() == "zh" else _english(found)


def _english(unit: Unit) -> str:
    return next((word for word in unit.words if word.isascii()), unit.code)


def own_operator(uow: UnitOfWork) -> int:
    """The operator whose book is open. Refuses NoOperator."""
    return operator_meant(uow)


def new_key(kind: str) -> str:
    """A filing key for a form, so that a double tap files once."""
    return f"page:{kind}:{secrets.token_hex(8)}"


def file_lines(uow: UnitOfWork, key: str, *lines: Line) -> Filed:
    """File lines from a page; a refusal names the form's fields.

    Refuses: FormRefused, and what a filing is refused with as a whole.
    """
    said = hashlib.sha256(repr(lines).encode("utf-8", "surrogatepass")).digest()
    try:
        return file_entries(
            uow,
            FileEntries(
                operator_id=own_operator(uow),
                filing_key=key_of(key),
                content_hash=said,
                lines=lines,
                source=Source.PAGE,
            ),
        )
    except LinesRefused as refusal:
        raise _for_form(refusal, many=len(lines) > 1) from None


def _for_form(refusal: LinesRefused, *, many: bool) -> errors.FormRefused:
    fields: dict[str, list[str]] = {}
    for line in refusal.params["refused"]:
        name = form_field(line.field)
        place = f"{name}_{line.index}" if many else name
        fields.setdefault(place, []).append(text_of(line.code, dict(line.params), language()))
    first = refusal.params["refused"][0]
    return errors.FormRefused(
        fields=fields, text=text_of(first.code, dict(first.params), language())
    )


def told(filed: Filed) -> str:
    """Say what became of a filing on the next page, and where that is."""
    flash(_("这一笔刚才已经入账，没有再记。") if filed.replayed else _("已入账。"), "ok")
    for warning in filed.warnings[:3]:
        flash(text_of(warning.code, dict(warning.params), language()), "warn")
    return url_for("filing.entry", reference=filed.entries[0])


def proof_state(uow: UnitOfWork, reference: str) -> str:
    """How far the proof of an entry has come: filed, sealed or published."""
    number = parse_entry_reference(reference)[1]
    witnessed = bool(http.room().settings.witness_keys)
    return state_of(uow, number, witnessed=witnessed).value
