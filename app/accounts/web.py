"""The page door of accounts: signing in and out, one's own account, delegations, administration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import (
    Blueprint,
    Request,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response

from app.accounts import queries, rules, schemas, services, terms
from app.accounts.terms import ACTION_TEXTS
from app.doors import http, i18n, seals
from app.doors.web import ROLE_TEXTS, action, form, page
from ledger.kernel.actor import PUBLIC, Actor
from ledger.kernel.errors import Refusal
from ledger.kernel.uow import UnitOfWork
from ledger.subjects import queries as subjects

blueprint = Blueprint("accounts", __name__, template_folder="templates")

_HELD = "who"
_PAGE = 50


# --- who is asking ---------------------------------------------------------------------------


def find_actor(opened: http.OpenUnit, asked: Request) -> Actor:
    """The actor of a request: its API key, else its session, else the public, who costs no look-up.

    Raises UnknownKey for a key that is not in force; a session that no longer holds is forgotten.
    """
    key = http.bearer()
    if key is not None:
        with opened(read_only=True) as uow:
            known = services.key_in_force(uow, key)
        if known.is_to_be_noted:
            with opened() as uow:
                services.note_use(uow, known)
        return known.actor
    held = held_session()
    if held is None:
        return PUBLIC
    with opened(read_only=True) as uow:
        found = services.actor_of_session(uow, held)
        if found is None:
            session.clear()
            return PUBLIC
        if uow.now - held.seen > rules.SEEN_STEP:
            _hold(replace(held, seen=uow.now))
        return found


def held_session() -> terms.Session | None:
    """The session in the cookie, or None; the cookie is signed, so its form is ours."""
    said = session.get(_HELD)
    if not isinstance(said, dict):
        return None
    return terms.Session(
        id=said["id"],
        account_id=said["account"],
        epoch=said["epoch"],
        since=datetime.fromisoformat(said["since"]),
        seen=datetime.fromisoformat(said["seen"]),
        operator_id=said.get("operator"),
    )


def _hold(held: terms.Session) -> None:
    session[_HELD] = {
        "id": held.id,
        "account": held.account_id,
        "epoch": held.epoch,
        "since": held.since.isoformat(),
        "seen": held.seen.isoformat(),
        "operator": held.operator_id,
    }


# --- signing in and out ----------------------------------------------------------------------


def _sign_in_context(uow: UnitOfWork) -> Mapping[str, Any]:
    return {"next": _inside(request.values.get("next", "")), "action": url_for("accounts.sign_in")}


@form(
    blueprint,
    "/sign-in",
    needs="code.read",
    loads=schemas.SignInForm,
    limit="sign_in",
    template="pages/sign_in.html",
    context=_sign_in_context,
)
def sign_in(uow: UnitOfWork, command: terms.SignIn) -> Response | Refusal:
    """Sign a person in: a new session, whatever there was before, and the account's language."""
    held = services.sign_in(uow, command)
    if isinstance(held, Refusal):
        return held
    session.clear()
    _hold(held)
    answer = redirect(_inside(request.form.get("next", "")) or "/", 303)
    _speak(answer, queries.account_by_id(uow, held.account_id).language)
    return answer


def _inside(address: str) -> str | None:
    """An address of this site, or None: nobody is sent elsewhere after signing in."""
    local = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if local and not any(char < " " for char in address) else None


def _speak(answer: Response, language: str) -> None:
    answer.set_cookie(
        i18n.COOKIE,
        language,
        max_age=31_536_000,
        samesite="Lax",
        httponly=True,
        secure=request.is_secure,
    )


@action(blueprint, "/sign-out", needs="code.read")
def sign_out(uow: UnitOfWork) -> str:
    """End this session; a copy of its cookie is worth nothing."""
    held = held_session()
    if held is not None:
        services.sign_out(uow, held)
    session.clear()
    return "/"


# --- one's own account -----------------------------------------------------------------------


def _account_context(uow: UnitOfWork) -> Mapping[str, Any]:
    account = queries.account_by_id(uow, uow.actor.account_id)
    return {
        "account": account,
        "keys": queries.keys_of(uow, account.id),
        "books": queries.delegations_to_actor(uow),
        "open_book": uow.actor.operator_id,
        "role": role_text(account.role),
        "values": {"language": account.language},
        "password_least": rules.PASSWORD_LENGTH_MIN,
        "shop": seals.shop_reference(uow.actor.operator_id) if uow.actor.operator_id else "",
    }


def role_text(role: Any) -> str:
    """A role in words, in the language of the page."""
    return ROLE_TEXTS.get(role, (str(role), str(role)))[i18n.language() == "en"]


@form(
    blueprint,
    "/account",
    needs="account.own",
    loads=schemas.PasswordForm,
    template="accounts/account.html",
    context=_account_context,
)
def account(uow: UnitOfWork, command: terms.ChangePassword) -> str | Refusal:
    """Give oneself a new password; all other sessions end."""
    epoch = services.change_password(uow, command)
    if isinstance(epoch, Refusal):
        return epoch
    _renew(epoch)
    return url_for("accounts.account", done="password")


def _renew(epoch: int) -> None:
    """Keep the present session through a change that ends all others."""
    held = held_session()
    session.clear()
    if held is not None:
        _hold(replace(held, epoch=epoch))


@action(blueprint, "/account/language", needs="account.own", loads=schemas.LanguageForm)
def language(uow: UnitOfWork, command: terms.ChooseLanguage) -> Response:
    """Choose the language of one's pages."""
    services.choose_language(uow, command)
    answer = redirect(url_for("accounts.account", done="language"), 303)
    _speak(answer, command.language)
    return answer


@action(blueprint, "/account/sign-out-everywhere", needs="account.own")
def sign_out_everywhere(uow: UnitOfWork) -> str:
    """End all one's sessions but this one."""
    _renew(services.sign_out_everywhere(uow))
    return url_for("accounts.account", done="sessions")


@form(
    blueprint,
    "/account/keys",
    needs="account.own",
    loads=schemas.KeyForm,
    template="accounts/new_key.html",
    context=lambda _uow: {},
)
def new_key(uow: UnitOfWork, command: Mapping[str, Any]) -> Response:
    """Issue a key to oneself and show it, this once."""
    who = uow.actor
    key = services.issue_key(
        uow,
        terms.IssueKey(
            label=command["label"],
            role=who.role,
            account_id=who.account_id,
            operator_id=queries.own_operator(uow),
        ),
    )
    return _shown_once(key)


def _shown_once(key: str) -> Response:
    return make_response(render_template("accounts/key.html", key=key))


@action(blueprint, "/account/keys/<int:key_id>/revoke", needs="account.own")
def revoke_key(uow: UnitOfWork, key_id: int) -> str:
    """Make one of one's keys worthless."""
    services.revoke_key(uow, terms.RevokeKey(key_id=key_id))
    return url_for("accounts.account", done="key")


@action(blueprint, "/account/book", needs="account.own", loads=schemas.OperatorForm)
def open_book(uow: UnitOfWork, command: Mapping[str, Any]) -> str:
    """Open another operator's book: what a clerk files goes there until it opens the next."""
    services.choose_operator(uow, command["operator_id"])
    held = held_session()
    if held is not None:
        _hold(replace(held, operator_id=command["operator_id"]))
    return "/"


# --- delegations -----------------------------------------------------------------------------


def _delegations_context(uow: UnitOfWork) -> Mapping[str, Any]:
    given = queries.delegations_by(uow, queries.own_operator(uow))
    return {"delegations": given, "today": uow.today}


@form(
    blueprint,
    "/delegations",
    needs="delegation.grant",
    loads=schemas.DelegationForm,
    template="accounts/delegations.html",
    context=_delegations_context,
)
def delegations(uow: UnitOfWork, command: Mapping[str, Any]) -> str:
    """Let a clerk or another operator act for one's own."""
    services.grant_delegation(
        uow, terms.GrantDelegation(operator_id=queries.own_operator(uow) or 0, **command)
    )
    return url_for("accounts.delegations", done="granted")


@action(blueprint, "/delegations/<int:delegation_id>/withdraw", needs="delegation.grant")
def withdraw(uow: UnitOfWork, delegation_id: int) -> str:
    """Take a delegation back."""
    services.withdraw_delegation(uow, terms.WithdrawDelegation(delegation_id=delegation_id))
    return url_for("accounts.delegations", done="withdrawn")


# --- administration --------------------------------------------------------------------------


@page(blueprint, "/accounts", needs="account.manage", template="accounts/people.html")
def people(uow: UnitOfWork) -> Mapping[str, Any]:
    """The accounts, newest first."""
    search = request.args.get("q", "")[:64]
    found = queries.accounts_page(uow, search=search, before=_number("next"), limit=_PAGE)
    return {
        "people": found,
        "search": search,
        "role_text": role_text,
        "next": found[-1].id if len(found) == _PAGE else None,
    }


def _number(name: str) -> int | None:
    """A number of the query string, or None where it is not one the store can hold."""
    said = request.args.get(name, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def _roles(uow: UnitOfWork) -> Mapping[str, Any]:
    given = sorted(rules.ROLES_GIVEN)
    return {
        "roles": [(role.value, role_text(role)) for role in given],
        "values": {"language": "zh"},
        "password_least": rules.PASSWORD_LENGTH_MIN,
    }


@form(
    blueprint,
    "/accounts/new",
    needs="account.manage",
    loads=schemas.CreateAccountForm,
    template="accounts/new_person.html",
    context=_roles,
)
def new_person(uow: UnitOfWork, command: dict[str, Any]) -> str:
    """Open an account for a person."""
    uscc = command.pop("operator")
    operator_id = subjects.subject_by_uscc(uow, uscc).id if uscc else None
    services.create_account(uow, terms.CreateAccount(**command, operator_id=operator_id))
    return url_for("accounts.people")


@action(blueprint, "/accounts/<int:account_id>/close", needs="account.manage")
def close_person(uow: UnitOfWork, account_id: int) -> str:
    """Close an account for good."""
    services.close_account(uow, account_id)
    return url_for("accounts.people")


def action_text(action: str) -> str:
    """What was done, in words; what has none is named by its code."""
    return ACTION_TEXTS[action][i18n.language() == "en"] if action in ACTION_TEXTS else ""


@page(blueprint, "/audit", needs="audit.read_own", template="accounts/audit.html")
def audit(uow: UnitOfWork) -> Mapping[str, Any]:
    """Audit lines by account, thing and day; inspectors see their own."""
    asked = _audit_asked()
    lines = queries.audit_page(uow, asked)
    return {
        "lines": lines,
        "asked": asked,
        "all": uow.actor.may("audit.read"),
        "role_text": role_text,
        "action_text": action_text,
        "next": lines[-1].id if len(lines) == _PAGE else None,
    }


def _audit_asked() -> terms.AuditAsked:
    known: dict[str, Any] = schemas.AuditQuery().load(
        {name: value for name, value in request.args.items() if value}
    )
    return terms.AuditAsked(limit=_PAGE, **known)
