"""The reads behind the trace's doors: a question looked up, and answered for who asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from app.food.trace.terms import Answered, AskTrace, CodeRead
from ledger.kernel.actor import NotPermitted
from ledger.kernel.errors import Refusal
from ledger.kernel.uow import UnitOfWork
from ledger.subjects import queries as subjects
from scanner.codes.queries import described, meaning_of
from scanner.codes.terms import Kind
from scanner.symbols.decode import BUDGET_MS, symbols_in
from scanner.trace import errors
from scanner.trace.queries import (
    lots_shown,
    lots_to_trace,
    pointed_at,
    totals_of_product,
    trace,
)
from scanner.trace.rules.visibility import own_view
from scanner.trace.terms import Limit, Limits, TraceAsked

_ID_DIGITS_MAX = 10  # a USCC has 18 characters, so a short number can only be an id
SYMBOLS_MAX = 20  # symbols of one picture that are looked up; a shelf label has one or two
Stopwatch = Callable[[], float]


def answered(
    uow: UnitOfWork,
    asked: AskTrace,
    limits: Limits,
    stopwatch: Stopwatch,
    *,
    key: str,
    sums: bool = False,
) -> Answered:
    """The answer to a question from outside, as the one who asks may see it.

    An inspector sees everything; an operator its own entries and one step up and down. Times are
    what ``stopwatch`` (milliseconds) says before and after. With ``sums`` a product's totals are
    over all its lots, whatever page is asked for. Refuses: NotPermitted,
    NotYourOperator, NotYourTrace, TooSlow, and what looking up code and operator refuse.
    """
    operator, is_own = _operator(uow, asked.operator)
    pointed = pointed_at(uow, asked.code, lot=asked.lot, key=key)
    lots, following = lots_to_trace(uow, pointed, before=asked.after, limit=asked.limit)
    begun = stopwatch()
    question = TraceAsked(lots=lots, direction=asked.direction, operator_id=operator, limits=limits)
    found = trace(uow, question)
    took = stopwatch() - begun
    if is_own and operator is not None:
        found = own_view(found, operator)
        if not found.holders:
            raise errors.NotYourTrace(code=asked.code[:60])
    if following is not None:
        found = replace(found, limits=(*found.limits, Limit.PAGE))
    answer = Answered(
        asked=asked, pointed=pointed, trace=found, took_ms=took, next=following, is_own_view=is_own
    )
    if sums and pointed.product_id is not None and not pointed.lots:
        totals = totals_of_product(uow, pointed.product_id, question, is_own=is_own)
        answer = replace(answer, totals=totals, took_ms=stopwatch() - begun)
    return answer


def _operator(uow: UnitOfWork, named: str) -> tuple[int | None, bool]:
    """The operator a trace is narrowed to, and whether it is because an operator asks."""
    named = named.strip()
    operator: int | None = None
    if named:
        short = named.isdecimal() and len(named) <= _ID_DIGITS_MAX
        subject = (
            subjects.subject_by_id(uow, int(named))
            if short
            else subjects.subject_by_uscc(uow, named)
        )
        operator = subject.id
    if uow.actor.may("trace.all"):
        return operator, False
    if not uow.actor.may("trace.own"):
        raise NotPermitted(permission="trace.own")
    operator = operator or uow.actor.operator_id
    if operator is None:
        raise NotPermitted(permission="trace.all")
    uow.actor.require_operator(operator)
    return operator, True


def code_read(
    uow: UnitOfWork,
    text: str,
    language: str,
    *,
    key: str,
    symbology: str = "",
    corners: tuple[tuple[int, int], ...] = (),
) -> CodeRead:
    """What a text means and what it points at; never refuses, the refusal is part of the answer."""
    meaning = described(text, today=uow.today, language=language)
    read = CodeRead(meaning=meaning, symbology=symbology or meaning["symbology"], corners=corners)
    try:
        pointed = pointed_at(uow, text, key=key, printed=not uow.actor.may("account.own"))
    except Refusal as refusal:
        return replace(read, refused=refusal)
    lots, product = lots_shown(uow, pointed)
    return replace(read, pointed=pointed, lots=lots, product=product)


PUBLIC_MS = 800  # a clear photo takes 300; a stranger's blank one must not hold a worker longer


def patience(uow: UnitOfWork) -> int:
    """How long a picture is looked at: who is signed in answers for what it sends."""
    return BUDGET_MS if uow.actor.may("account.own") else PUBLIC_MS


def codes_in_picture(uow: UnitOfWork, picture: bytes, language: str, *, key: str) -> list[CodeRead]:
    """Every symbol found in a picture with what it points at. Refuses what symbols_in refuses."""
    return [
        code_read(
            uow,
            symbol.scanned,
            language,
            key=key,
            symbology=symbol.symbology.value,
            corners=symbol.corners,
        )
        for symbol in symbols_in(picture, budget_ms=patience(uow))[:SYMBOLS_MAX]
    ]


def ticket_in(uow: UnitOfWork, text: str) -> str:
    """Where the pass a text names is answered; empty where it names none."""
    found = meaning_of(text, today=uow.today) if text else None
    if found is None or found.kind is not Kind.OWN_TICKET:
        return ""
    return f"/passes/{found.own_id}"
