"""The page door: pages read, forms write; a refused form comes back filled in, with its errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from marshmallow import Schema, ValidationError, fields
from werkzeug.wrappers import Response as AnyResponse

from app.doors import http
from app.doors.errors import BookChanged, FieldsWrong
from app.doors.i18n import language
from app.doors.kept import KeptPages
from app.doors.refusals import detail_of, flat, outside_of
from app.watching import figures
from ledger.kernel.actor import PUBLIC, Role
from ledger.kernel.errors import Refusal
from ledger.kernel.uow import UnitOfWork

View = Callable[..., Any]


_NOT_TYPED = frozenset({"csrf_token", "open_book"})
_NEEDS_A_BOOK = "entry.file"  # an administrator may file, but has no book to file into
_OF_A_BOOK = frozenset({_NEEDS_A_BOOK, "book.read"})
_CHOOSE_A_BOOK = "/account"
ROLE_TEXTS: dict[Role, tuple[str, str]] = {
    Role.OPERATOR: ("生产经营者", "operator"),
    Role.CLERK: ("台账员", "clerk"),
    Role.INSPECTOR: ("执法人员", "inspector"),
    Role.REGISTRAR: ("登记人员", "registrar"),
    Role.CREDIT: ("信用管理员", "credit officer"),
    Role.AGENCY: ("报送单位", "agency"),
    Role.ADMIN: ("管理员", "administrator"),
}


@dataclass(frozen=True, slots=True)
class MenuLine:
    """A line of the menu as a template shows it; ``tab`` ones stand in a phone's bar."""

    label: str
    href: str
    icon: str
    current: bool
    tab: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class Signed:
    """Who is signed in, as the frame shows it."""

    name: str
    role: str
    operator_name: str | None


def page(
    blueprint: Blueprint,
    rule: str,
    *,
    needs: str,
    template: str = "",
    **promise: Any,
) -> Callable[[View], View]:
    """A page: ``view(uow, **path)`` returns the template's context, or a whole response.

    It runs read-only. Further promises: ``audits`` (the action of the audit line each look-up
    leaves before the answer does), ``endpoint`` (its name), ``wasm`` (the page runs the picture
    decoder), ``limit`` (the name of a stricter rate limit), ``fresh`` (never from a replica),
    ``long_body`` (a file that is read in pieces may be sent), ``kept`` (what strangers are shown
    is drawn anew only where the context is another; see ``app.doors.kept``).
    """
    made = Page(**promise)
    looked_at = _looking(needs, made.audits, fresh=made.fresh)
    drawn = _kept if made.kept else _rendered

    def decorate(view: View) -> View:
        @wraps(view)
        def door(**path: Any) -> AnyResponse:
            g.allows_wasm = made.wasm
            return looked_at(lambda uow: drawn(view(uow, **path), template), path)

        return _add(blueprint, rule, made, door, ["GET"])

    return decorate


def _looking(needs: str, audits: str, *, fresh: bool = False) -> Callable[..., AnyResponse]:
    """How a page is shown: read-only, and with its audit line before the answer is sent."""

    def looked_at(
        shown: Callable[[UnitOfWork], AnyResponse], path: Mapping[str, Any]
    ) -> AnyResponse:
        if _has_no_book(needs, path):
            return redirect(_CHOOSE_A_BOOK)
        answer = http.do(shown, needs=needs, read_only=True, fresh=fresh)
        if audits:
            http.leave_look_up(audits, path, needs)
        return answer

    return looked_at


def _has_no_book(needs: str, path: Mapping[str, Any]) -> bool:
    """Whether a clerk who has opened no book asks for a page of one: it is sent to choose."""
    if needs not in _OF_A_BOOK or path or request.args.get("operator"):
        return False
    who = http.actor()
    return who.role is Role.CLERK and who.operator_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page, form or button promises besides its address; see ``page``."""

    endpoint: str | None = None
    audits: str = ""
    wasm: bool = False
    limit: str = ""
    long_body: bool = False
    fresh: bool = False
    kept: bool = False


def _add(blueprint: Blueprint, rule: str, made: Page, door: View, methods: list[str]) -> View:
    vars(door).update(limit=made.limit, long_body=made.long_body)
    blueprint.add_url_rule(rule, made.endpoint or door.__name__, door, methods=methods)
    return door


def _rendered(result: Any, template: str) -> AnyResponse:
    if isinstance(result, AnyResponse):
        return result
    return make_response(render_template(template, **result))


def _kept(result: Any, template: str) -> AnyResponse:
    """The same for strangers, from the pages this process has drawn already."""
    if isinstance(result, AnyResponse) or http.actor() != PUBLIC:
        return _rendered(result, template)
    pages = current_app.extensions.setdefault("suyuan.kept_pages", KeptPages())
    return make_response(pages.drawn(template, result))


def form(
    blueprint: Blueprint,
    rule: str,
    *,
    needs: str,
    loads: type[Schema],
    template: str,
    context: Callable[..., Mapping[str, Any]],
    **promise: Any,
) -> Callable[[View], View]:
    """A form: GET shows ``template``; POST loads and calls ``view(uow, command, **path)``.

    ``context(uow, **path)`` gives the template what it needs besides ``form`` (values, errors,
    detail, filing_key; see ``_forms.html``). The view returns a response, or the URL to go to. On
    a refusal the whole form comes back with its number, nothing lost; a refusal that is *returned*
    does the same but keeps what the unit wrote. Further promises as for ``page``.
    """
    made = Page(**promise)
    looked_at = _looking(needs, made.audits)

    def decorate(view: View) -> View:
        @wraps(view)
        def door(**path: Any) -> AnyResponse:
            g.allows_wasm = made.wasm
            if request.method != "POST":
                return looked_at(
                    lambda uow: _form_page(uow, template, context, path, values=request.args), path
                )
            http.actor().require(needs)
            typed = typed_in(loads)
            try:
                _check_book(needs)
                command = loaded(loads, typed)
                result = http.do(
                    lambda uow: view(uow, command, **path), needs=needs, read_only=False
                )
            except Refusal as refusal:
                result = refusal
            if isinstance(result, Refusal):
                return _refused_form(result, template, context, path, typed)
            return result if isinstance(result, AnyResponse) else redirect(result, 303)

        return _add(blueprint, rule, made, door, ["GET", "POST"])

    return decorate


def _refused_form(
    refusal: Refusal,
    template: str,
    context: Callable[..., Mapping[str, Any]],
    path: Mapping[str, Any],
    typed: Mapping[str, Any],
) -> Response:
    figures.count_refusal(refusal.code)
    with http.unit(read_only=True) as uow:
        shown = _form_page(uow, template, context, path, values=typed, refusal=refusal)
    shown.status_code = outside_of(refusal).status
    return shown


def action(
    blueprint: Blueprint,
    rule: str,
    *,
    needs: str,
    loads: type[Schema] | None = None,
    **promise: Any,
) -> Callable[[View], View]:
    """A button: POST only; ``view(uow, [command], **path)`` returns the URL to go to."""
    made = Page(**promise)

    def decorate(view: View) -> View:
        @wraps(view)
        def door(**path: Any) -> AnyResponse:
            _check_book(needs)
            given = [loaded(loads, typed_in(loads))] if loads else []
            result = http.do(lambda uow: view(uow, *given, **path), needs=needs, read_only=False)
            return result if isinstance(result, AnyResponse) else redirect(result, 303)

        return _add(blueprint, rule, made, door, ["POST"])

    return decorate


def open_book() -> str:
    """The number of the operator whose book is open, as every form says it back; else empty."""
    return str(http.actor_or_public().operator_id or "")


def _check_book(needs: str) -> None:
    """Refuse with BookChanged what was filled in while another book was open."""
    said = request.form.get("open_book", "")
    if needs == _NEEDS_A_BOOK and said and said != open_book():
        raise BookChanged


def typed_in(schema: type[Schema]) -> dict[str, Any]:
    """What was typed and attached, by field; a field that is a list keeps all its values."""
    typed: dict[str, Any] = {**request.form.to_dict(), **request.files.to_dict()}
    many = (name for name, one in schema().fields.items() if isinstance(one, fields.List))
    return typed | {name: request.form.getlist(name) for name in many if name in request.form}


def loaded(schema: type[Schema], typed: Mapping[str, Any]) -> Any:
    """What was typed as a command; raises FieldsWrong with a sentence per field."""
    known = {key: value for key, value in typed.items() if key not in _NOT_TYPED}
    try:
        return schema().load(known)
    except ValidationError as problem:
        found = flat(problem.messages)
        raise FieldsWrong(count=len(found), fields=found) from None


def _form_page(
    uow: UnitOfWork,
    template: str,
    context: Callable[..., Mapping[str, Any]],
    path: Mapping[str, Any],
    *,
    values: Mapping[str, Any],
    refusal: Refusal | None = None,
) -> Response:
    given = context(uow, **path)
    shown = {**given.get("values", {}), **values}
    errors = _errors_of(refusal) if refusal is not None else {}
    form_state = {
        "values": shown,
        "errors": errors,
        "detail": detail_of(refusal, language()) if refusal is not None and not errors else None,
        "filing_key": shown.get("filing_key") or given.get("filing_key"),
    }
    return make_response(
        render_template(
            template,
            **{**given, "form": form_state, "values": shown, "errors": errors, "refusal": refusal},
        )
    )


def _errors_of(refusal: Refusal) -> dict[str, Any]:
    """Field -> sentences of a refused form; nothing for a refusal that belongs to no field."""
    if found := refusal.params.get("fields"):
        return dict(found)
    return {refusal.field: [detail_of(refusal, language())]} if refusal.field else {}


def signed() -> Signed | None:
    """Who is signed in, as the frame shows it; None for the public."""
    who = http.actor_or_public()
    if who.role not in ROLE_TEXTS:
        return None
    return Signed(who.name, ROLE_TEXTS[who.role][language() == "en"], who.operator_name or None)


def menu() -> list[MenuLine]:
    """The menu of whoever is signed in, drawn from the manifests; nothing for the public."""
    who = http.actor_or_public()
    if who.role not in ROLE_TEXTS:
        return []
    has_book = who.operator_id is not None or bool(who.delegated)
    return [
        MenuLine(
            label=getattr(item.title, language()),
            href=url_for(item.endpoint),
            icon=item.icon,
            current=request.endpoint == item.endpoint,
            tab=item.phone,
        )
        for item in current_app.extensions["suyuan.menu"]
        if who.may(item.needs) and (item.needs != _NEEDS_A_BOOK or has_book)
    ]
