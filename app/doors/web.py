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
from marshmallow import Schema, ValidationError
from werkzeug.wrappers import Response as AnyResponse

from app.doors import http
from app.doors.errors import FieldsWrong
from app.doors.i18n import language
from app.doors.refusals import detail_of, outside_of
from ledger.kernel.errors import Refusal
from ledger.kernel.uow import UnitOfWork

View = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class MenuLine:
    """A line of the menu as a template shows it."""

    label: str
    href: str
    icon: str
    current: bool
    phone: bool
    count: int = 0


def page(
    blueprint: Blueprint,
    rule: str,
    *,
    needs: str,
    template: str = "",
    audits: str = "",
    endpoint: str | None = None,
    wasm: bool = False,
) -> Callable[[View], View]:
    """A page: ``view(uow, **path)`` returns the template's context, or a whole response.

    It runs read-only. With ``audits`` each look-up leaves an audit line before the answer leaves.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def door(**path: Any) -> AnyResponse:
            g.allows_wasm = wasm
            result = http.do(
                lambda uow: _rendered(view(uow, **path), template), needs=needs, read_only=True
            )
            if audits:
                about = g.get("audit_about") or "/".join(str(v) for v in path.values())
                http.leave_audit_line(
                    audits, about or request.path, query=request.query_string.decode()[:500]
                )
            return result

        blueprint.add_url_rule(rule, endpoint or view.__name__, door, methods=["GET"])
        return door

    return decorate


def _rendered(result: Any, template: str) -> AnyResponse:
    if isinstance(result, AnyResponse):
        return result
    return make_response(render_template(template, **result))


def form(
    blueprint: Blueprint,
    rule: str,
    *,
    needs: str,
    loads: type[Schema],
    template: str,
    context: Callable[..., Mapping[str, Any]],
    endpoint: str | None = None,
    audits: str = "",
) -> Callable[[View], View]:
    """A form: GET shows ``template``; POST loads and calls ``view(uow, command, **path)``.

    ``context(uow, **path)`` gives the template what it needs besides ``values`` (what was typed)
    and ``errors`` (field -> sentences). The view returns a response, or the URL to go to. On a
    refusal the whole form comes back with 422 (or the refusal's own number), nothing lost.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def door(**path: Any) -> AnyResponse:
            if request.method == "GET":
                return http.do(
                    lambda uow: _form_page(uow, template, context, path, values=request.args),
                    needs=needs,
                    read_only=True,
                )
            return _posted(view, path)

        def _posted(view: View, path: Mapping[str, Any]) -> AnyResponse:
            typed = {**request.form.to_dict(), **request.files.to_dict()}
            try:
                command = loaded(loads, typed)
                result = http.do(
                    lambda uow: view(uow, command, **path), needs=needs, read_only=False
                )
            except Refusal as refusal:
                return _refused(refusal, path, typed)
            return result if isinstance(result, AnyResponse) else redirect(result, 303)

        def _refused(refusal: Refusal, path: Mapping[str, Any], typed: Any) -> AnyResponse:
            http.actor().require(needs)
            with http.unit(read_only=True) as uow:
                shown = _form_page(uow, template, context, path, values=typed, refusal=refusal)
            shown.status_code = outside_of(refusal).status
            return shown

        blueprint.add_url_rule(rule, endpoint or view.__name__, door, methods=["GET", "POST"])
        return door

    return decorate


def action(
    blueprint: Blueprint,
    rule: str,
    *,
    needs: str,
    loads: type[Schema] | None = None,
    endpoint: str | None = None,
) -> Callable[[View], View]:
    """A button: POST only; ``view(uow, [command], **path)`` returns the URL to go to."""

    def decorate(view: View) -> View:
        @wraps(view)
        def door(**path: Any) -> AnyResponse:
            given = [loaded(loads, request.form.to_dict())] if loads else []
            result = http.do(lambda uow: view(uow, *given, **path), needs=needs, read_only=False)
            return result if isinstance(result, AnyResponse) else redirect(result, 303)

        blueprint.add_url_rule(rule, endpoint or view.__name__, door, methods=["POST"])
        return door

    return decorate


def loaded(schema: type[Schema], typed: Mapping[str, Any]) -> Any:
    """What was typed as a command; raises FieldsWrong with a sentence per field."""
    known = {key: value for key, value in typed.items() if key != "csrf_token"}
    try:
        return schema().load(known)
    except ValidationError as problem:
        messages = problem.normalized_messages()
        raise FieldsWrong(count=len(messages), fields=messages) from None


def _form_page(
    uow: UnitOfWork,
    template: str,
    context: Callable[..., Mapping[str, Any]],
    path: Mapping[str, Any],
    *,
    values: Mapping[str, Any],
    refusal: Refusal | None = None,
) -> Response:
    errors: dict[str, Any] = {}
    if refusal is not None:
        sentence = detail_of(refusal, language())
        errors = dict(refusal.params.get("fields") or {refusal.field or "": [sentence]})
    return make_response(
        render_template(
            template, **context(uow, **path), values=values, errors=errors, refusal=refusal
        )
    )


def menu() -> list[MenuLine]:
    """The menu of whoever is signed in, drawn from the manifests."""
    items = current_app.extensions["suyuan.menu"]
    who = http.actor()
    return [
        MenuLine(
            label=getattr(item.title, language()),
            href=url_for(item.endpoint),
            icon=item.icon,
            current=request.endpoint == item.endpoint,
            phone=item.phone,
        )
        for item in items
        if who.may(item.needs) and who.role.value != "public"
    ]
