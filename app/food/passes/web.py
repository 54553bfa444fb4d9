"""The page door of passes: issue, show, answer, print; the book from both sides; the balance."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, make_response, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.doors import http
from app.doors.i18n import gettext as _
from app.doors.i18n import language
from app.doors.refusals import text_of
from app.doors.web import action, form, page
from app.food.filing.errors import FormRefused
from app.food.filing.queries import books
from app.food.passes import queries, rules, schemas, services
from app.food.passes.schemas.words import (
    EXPLAINED,
    FINDING_TEXTS,
    KIND_TEXTS,
    SIDE_TEXTS,
    STATE_TEXTS,
    unit_words,
    words_of,
)
from app.food.passes.terms import (
    AnswerPass,
    DispatchWithPass,
    IssuePass,
    PassesAsked,
    PassState,
    SideState,
)
from app.messages.services import tell
from app.messages.terms import Tell
from app.papers.services import issue as issue_paper
from app.papers.terms import IssuePaper
from ledger.entries.errors import LinesRefused
from ledger.entries.queries import paired_days
from ledger.entries.terms import EntryKind
from ledger.kernel.ids import parse_sealed_reference, sealed_reference
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_id
from ledger.subjects.terms import Subject
from scanner.symbols.render import symbol_svg
from scanner.symbols.terms import Symbology

blueprint = Blueprint("passes", __name__, template_folder="templates")

_PAGE = 20
_WEEK = 6  # days before today that a page shows unless asked otherwise


def _key() -> str:
    return http.room().settings.secret_key


def number_of(pass_id: int) -> str:
    """What stands in the address of a pass and in its QR."""
    return sealed_reference(rules.LETTER, pass_id, _key())


def _named(number: str) -> int:
    return parse_sealed_reference(rules.LETTER, number, _key())


# --- the passes of an operator -------------------------------------------------------------------


@page(blueprint, "/passes", needs="book.read", template="passes/passes.html", audits="pass.look_up")
def index(uow: UnitOfWork) -> Mapping[str, Any]:
    """The passes sent to an operator, or those it issued."""
    operator_id = books.operator_meant(uow, request.args.get("operator", ""))
    said = {name: value for name, value in request.args.items() if value}
    asked = PassesAsked(operator_id=operator_id, **_asked(said), limit=_PAGE)
    found = queries.passes_page(uow, asked)
    may_issue = uow.actor.may("entry.file") and uow.actor.may_act_for(operator_id)
    return {
        "passes": found,
        "asked": asked,
        "offered": queries.unticketed(uow, operator_id) if asked.sent and may_issue else [],
        "may_issue": may_issue,
        "states": words_of(STATE_TEXTS),
        "number_of": number_of,
        "unit_words": unit_words,
        "next": found[-1].id if len(found) == _PAGE else None,
    }


def _asked(said: Mapping[str, str]) -> dict[str, Any]:
    known: dict[str, Any] = schemas.PassesQuery().load(said)
    return {name: known[name] for name in ("sent", "state", "before")}


@action(blueprint, "/passes", needs="entry.file", loads=schemas.IssueForm, endpoint="issue")
def issue(uow: UnitOfWork, said: dict[str, Any]) -> str:
    """Make the pass of a delivery that was dispatched."""
    command = IssuePass(operator_id=books.operator_meant(uow), references=said["references"])
    made = services.issue_pass(uow, command, _key())
    flash(_("一票通已开出，收货方已收到通知。"), "ok")
    return url_for("passes.show", number=number_of(made))


def _dispatch_context(uow: UnitOfWork) -> Mapping[str, Any]:
    operator_id = books.operator_meant(uow)
    partners = books.recent_partners(uow, operator_id, EntryKind.DISPATCH)
    return {
        "partners": list(partners)[:50],
        "units": [(code, unit_words(code)) for code in schemas.UNITS],
        "filing_key": f"pass:new:{secrets.token_hex(8)}",
        "values": {"at": uow.today.isoformat(), "unit": "EA"},
    }


@form(
    blueprint,
    "/passes/new",
    needs="entry.file",
    loads=schemas.DispatchForm,
    template="passes/new.html",
    context=_dispatch_context,
    endpoint="new",
)
def new(uow: UnitOfWork, said: dict[str, str]) -> str:
    """File a dispatch and make its pass at once; the hidden key makes a second tap the same."""
    operator_id = books.operator_meant(uow)
    partners = books.recent_partners(uow, operator_id, EntryKind.DISPATCH)
    line = schemas.dispatch_of(said, partners)
    command = DispatchWithPass(
        operator_id=operator_id, filing_key=said["filing_key"][:80], lines=(line,)
    )
    try:
        made = services.dispatch_with_pass(uow, command, _key())
    except LinesRefused as refusal:
        raise _for_form(refusal) from None
    flash(_("已入账，一票通已开出。"), "ok")
    return url_for("passes.show", number=number_of(made))


def _for_form(refusal: LinesRefused) -> FormRefused:
    """Why the line is refused, beside the fields of the form that caused it."""
    fields: dict[str, list[str]] = {}
    for line in refusal.params["refused"]:
        text = text_of(line.code, dict(line.params), language())
        fields.setdefault(schemas.form_field(line.field), []).append(text)
    return FormRefused(fields=fields, text=next(iter(fields.values()))[0])


# --- one pass ------------------------------------------------------------------------------------


def _shown(uow: UnitOfWork, number: str) -> dict[str, Any]:
    found = queries.pass_by_id(uow, _named(number))
    mark, word = words_of(STATE_TEXTS)[found.state]
    mine = uow.actor.operator_id
    waits = found.state is PassState.ISSUED and found.expires_at > uow.now
    return {
        "ticket": found,
        "number": number_of(found.id),
        "mark": mark,
        "word": word,
        "may_answer": waits and mine == found.buyer_id and uow.actor.may("entry.file"),
        "is_seller": mine == found.seller_id,
        "unit_words": unit_words,
        "values": {"answer": "taken"}
        | {f"{schemas.AMOUNT}{line.reference}": line.quantity for line in found.lines},
    }


@page(
    blueprint,
    "/passes/<number>",
    needs="book.read",
    template="passes/show.html",
    audits="pass.look_up",
    endpoint="show",
)
def show(uow: UnitOfWork, number: str) -> Mapping[str, Any]:
    """A pass as its two sides see it; what its QR leads to."""
    shown = _shown(uow, number)
    address = f"{http.room().settings.origin}/passes/{shown['number']}"
    drawn = symbol_svg(Symbology.QR, address)
    return {**shown, "qr": Markup(drawn)}  # noqa: S704 - our own SVG


@action(blueprint, "/passes/<number>/take", needs="entry.file", endpoint="take")
def take(uow: UnitOfWork, number: str) -> str:
    """Accept everything as it was sent."""
    _answered(uow, AnswerPass(pass_id=_named(number)))
    flash(_("收下了，已记入进货台账。"), "ok")
    return url_for("passes.show", number=number)


def _answered(uow: UnitOfWork, command: AnswerPass) -> PassState:
    """Answer a pass; a line that may not be received is said as what it is."""
    try:
        return services.answer_pass(uow, command, _key())
    except LinesRefused as refusal:
        first = refusal.params["refused"][0]
        text = text_of(first.code, dict(first.params), language())
        raise FormRefused(fields={}, text=text) from None


@form(
    blueprint,
    "/passes/<number>/answer",
    needs="entry.file",
    loads=schemas.AnswerForm,
    template="passes/answer.html",
    context=_shown,
    endpoint="answer",
)
def answer(uow: UnitOfWork, said: dict[str, Any], number: str) -> str:
    """Accept what came, or nothing of it, and say why."""
    command = AnswerPass(
        pass_id=_named(number),
        quantities=said["quantities"],
        is_refused=said["answer"] == "refused",
        reason=said["reason"],
    )
    state = _answered(uow, command)
    told = {
        PassState.ACCEPTED: _("收下了，已记入进货台账。"),
        PassState.DISPUTED: _("已按实收数记入进货台账，发货方会看到差多少。"),
        PassState.REFUSED: _("已记为没有收，发货方会看到原因。"),
    }
    flash(told[state], "ok")
    return url_for("passes.show", number=number)


@action(blueprint, "/passes/<number>/print", needs="book.read", endpoint="print_out")
def print_out(uow: UnitOfWork, number: str) -> Response:
    """The pass as paper: three copies on A4, one to keep, one as invoice, one with the goods."""
    found = queries.pass_by_id(uow, _named(number))
    origin = http.room().settings.origin
    sides = [subject_by_id(uow, side) for side in (found.seller_id, found.buyer_id)]
    address = f"{origin}/passes/{number_of(found.id)}"
    paper = schemas.paper_of(found, sides, address, language())
    command = IssuePaper(paper=paper, kind="pass", about=f"pass:{found.id}", origin=origin)
    made = issue_paper(uow, command)
    response = make_response(made.pdf)
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{made.number}.pdf"'
    return response


# --- the book from both sides --------------------------------------------------------------------


def _period(uow: UnitOfWork) -> tuple[date, date]:
    said = schemas.PeriodQuery().load({k: v for k, v in request.args.items() if v})
    until = said["until"] or uow.today
    return said["since"] or until - timedelta(days=_WEEK), until


@page(
    blueprint,
    "/deliveries/sides",
    needs="book.read",
    template="passes/sides.html",
    audits="book.look_up",
    endpoint="sides",
)
def sides(uow: UnitOfWork) -> Mapping[str, Any]:
    """Dispatches and receipts held against each other: by day, by partner, one by one."""
    operator_id = books.operator_meant(uow, request.args.get("operator", ""))
    since, until = _period(uow)
    every = queries.delivered(uow, operator_id, since, until)
    state, partner = request.args.get("state", ""), request.args.get("partner", "")
    shown = [
        one
        for one in every
        if (not state or one.state == state) and (not partner or str(one.partner_id) == partner)
    ]
    return {
        "deliveries": shown,
        "partners": queries.partner_figures(every),
        "days": paired_days(uow, operator_id, until - timedelta(days=30), until),
        "counts": rules.counted(one.state for one in every),
        "since": since,
        "until": until,
        "state": state,
        "texts": words_of(SIDE_TEXTS),
        "unit_words": unit_words,
        "number_of": number_of,
        "may_file": uow.actor.may("entry.file") and uow.actor.may_act_for(operator_id),
    }


@action(
    blueprint,
    "/deliveries/sides/remind",
    needs="entry.file",
    loads=schemas.RemindForm,
    endpoint="remind",
)
def remind(uow: UnitOfWork, said: dict[str, Any]) -> str:
    """Ask the other side of a delivery to file its side; once a day for each."""
    operator_id = books.operator_meant(uow)
    found = queries.delivered(uow, operator_id, said["on"], said["on"], said["partner"])
    open_ones = [one for one in found if one.state is not SideState.MATCHED]
    if open_ones:
        name = subject_by_id(uow, operator_id).name
        params = {"partner": name, "count": len(open_ones), "on": said["on"]}
        key = f"delivery.reminder:{operator_id}:{said['on']}:{uow.today}"
        link = url_for("passes.sides", since=said["on"], until=said["on"])
        command = Tell(
            kind="delivery.reminder",
            operator_ids=(said["partner"],),
            params=params,
            link=link,
            about=f"operator:{operator_id}",
            once_key=key,
        )
        tell(uow, command)
        uow.audit("delivery.reminded", f"subject:{said['partner']}", on=str(said["on"]))
        flash(_("已提醒对方，每天最多一次。"), "ok")
    return url_for("passes.sides", since=said["on"], until=said["on"])


@page(
    blueprint,
    "/balance",
    needs="book.read",
    template="passes/balance.html",
    audits="book.look_up",
    endpoint="balance",
)
def balance(uow: UnitOfWork) -> Mapping[str, Any]:
    """What of an operator's lots does not add up."""
    operator_id = books.operator_meant(uow, request.args.get("operator", ""))
    asked = schemas.BalanceQuery().load({k: v for k, v in request.args.items() if v})
    found, following = queries.findings(uow, operator_id, start=asked["start"])
    return {
        "findings": found,
        "start": asked["start"],
        "next": following,
        "operator": request.args.get("operator", ""),
        "texts": words_of(FINDING_TEXTS),
        "unit_words": unit_words,
    }


@page(
    blueprint,
    "/balance/<int:lot_id>",
    needs="book.read",
    template="passes/lot_balance.html",
    audits="book.look_up",
    endpoint="lot_balance",
)
def lot_balance(uow: UnitOfWork, lot_id: int) -> Mapping[str, Any]:
    """What a lot's figures were reckoned from: every entry of it, and what was left after each."""
    operator_id = books.operator_meant(uow, request.args.get("operator", ""))
    weighed, steps, cut = queries.lot_steps(uow, operator_id, lot_id)
    return {
        "weighed": weighed,
        "steps": steps,
        "cut": cut,
        "kinds": words_of(KIND_TEXTS),
        "explained": words_of(EXPLAINED),
        "found": {kind for one in weighed for kind in one.kinds},
        "texts": words_of(FINDING_TEXTS),
        "unit_words": unit_words,
    }


def subject_panel(uow: UnitOfWork, subject: Subject) -> str:
    """The way from an operator's page to both sides of its book, for who may read every book."""
    if not uow.actor.may("book.read_all") or not subject.uscc:
        return ""
    return render_template("passes/_panel.html", subject=subject)
