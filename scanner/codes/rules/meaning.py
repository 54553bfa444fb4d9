"""What one text means: the readings in the order they are tried, none of which ever raises."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from urllib.parse import unquote

from ledger.kernel.errors import Refusal
from ledger.kernel.identifiers.gtin import Gtin, parse_gtin
from ledger.kernel.identifiers.spelling import echo, fold, is_digits
from ledger.kernel.identifiers.sscc import parse_sscc
from scanner.codes import errors
from scanner.codes.rules.digital_link import host_and_path, is_address, split_link
from scanner.codes.rules.element_string import Split, split, split_brackets, with_separators
from scanner.codes.rules.pairing import read_elements
from scanner.codes.rules.table import SEPARATOR
from scanner.codes.rules.values import problem_of
from scanner.codes.terms import InStoreCode, Kind, Meaning, Problem

# A QR symbol holds at most 7,089 digits; nothing longer was scanned.
TEXT_LENGTH_MAX = 7_089
SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
GS1_SYMBOLOGIES = frozenset({"]C1", "]d2", "]Q3", "]e0", "]J1"})
OWN_PATHS = (
    (Kind.OWN_SIGN, re.compile(r"/s/([0-9A-Za-z_-]{1,64})/?")),
    (Kind.OWN_TICKET, re.compile(r"/passes/([0-9A-Za-z]{24})/?")),
    (Kind.OWN_TRACE, re.compile(r"/trace/([0-9A-Za-z_-]{24})/?")),
)
RETAIL_LENGTHS = (8, 12, 13, 14)
SSCC_LENGTHS = (18, 20)
EAN_WITH_ADD_ON = "]E3"
EAN_LENGTH = 13
IN_STORE_LENGTH = 13
SURROUNDING = " \t\r\n\ufeff\u3000"
BARE_KEYS = ("01", "02", "00")


def meaning_of(text: str, *, today: date, own_hosts: Collection[str] = ()) -> Meaning:
    """What a scanned or typed text means; junk is ``UNKNOWN_TEXT`` with its problems.

    ``own_hosts`` are the hosts whose signs and trace pages are ours; empty accepts any host.
    Never raises for any text.
    """
    if len(text) > TEXT_LENGTH_MAX:
        refusal = errors.TextTooLong(length=len(text), limit=TEXT_LENGTH_MAX)
        return Meaning(text=text[:64], kind=Kind.UNKNOWN_TEXT, problems=(problem_of(refusal),))
    symbology, body = _split_symbology(text.strip(SURROUNDING))
    if symbology in GS1_SYMBOLOGIES:
        return _of_pairs(text, Kind.ELEMENT_STRING, split(with_separators(body)), today, symbology)
    found = (
        _own_code(text, body, own_hosts, symbology)
        or _link(text, body, today, symbology)
        or _number(text, body, symbology, today)
        or _brackets(text, body, today, symbology)
        or _bare_elements(text, body, today, symbology)
    )
    return found or _unknown(text, symbology, problem_of(errors.UnknownText(text=echo(body))))


def _split_symbology(text: str) -> tuple[str | None, str]:
    found = SYMBOLOGY.match(text)
    return (found.group(), text[3:]) if found else (None, text)


def _unknown(text: str, symbology: str | None, *problems: Problem) -> Meaning:
    return Meaning(text=text, kind=Kind.UNKNOWN_TEXT, symbology=symbology, problems=problems)


def _of_pairs(text: str, kind: Kind, found: Split, today: date, symbology: str | None) -> Meaning:
    pairs, split_problems = found
    elements, problems = read_elements(pairs, today=today)
    if not elements:
        empty = () if split_problems else (problem_of(errors.UnknownText(text=echo(text))),)
        return _unknown(text, symbology, *split_problems, *empty)
    if kind is Kind.ELEMENT_STRING and [element.ai for element in elements] == ["00"]:
        kind = Kind.SSCC
    meaning = Meaning(
        text=text,
        kind=kind,
        symbology=symbology,
        elements=elements,
        problems=split_problems + problems,
    )
    return _with_remarks(meaning)


def _with_remarks(meaning: Meaning) -> Meaning:
    book = meaning.gtin.not_food if meaning.gtin else None
    if not book:
        return meaning
    remark = problem_of(errors.NotFood(kind=book, gtin=str(meaning.gtin)), refuses=False)
    return Meaning(
        text=meaning.text,
        kind=meaning.kind,
        symbology=meaning.symbology,
        elements=meaning.elements,
        problems=(*meaning.problems, remark),
    )


def _own_code(
    text: str, body: str, own_hosts: Collection[str], symbology: str | None
) -> Meaning | None:
    if not is_address(body):
        return None
    host, path, _ = host_and_path(body)
    ours = {own.lower() for own in own_hosts}
    if host and ours and not {host, host.partition(":")[0]} & ours:
        return None
    for kind, pattern in OWN_PATHS:
        if found := pattern.fullmatch(unquote(path)):
            return Meaning(text=text, kind=kind, symbology=symbology, own_id=found[1])
    return None


def _link(text: str, body: str, today: date, symbology: str | None) -> Meaning | None:
    found = split_link(body)
    return _of_pairs(text, Kind.DIGITAL_LINK, found, today, symbology) if found else None


def _brackets(text: str, body: str, today: date, symbology: str | None) -> Meaning | None:
    found = split_brackets(body)
    return _of_pairs(text, Kind.ELEMENT_STRING, found, today, symbology) if found else None


def _number(text: str, body: str, symbology: str | None, today: date) -> Meaning | None:
    """The reading of plain digits: a retail number, a shop's own, or a logistics unit."""
    digits = fold(body)
    if symbology == EAN_WITH_ADD_ON:
        digits = digits[:EAN_LENGTH]
    if not is_digits(digits):
        return None
    try:
        if len(digits) in SSCC_LENGTHS and (len(digits) == min(SSCC_LENGTHS) or digits[:2] == "00"):
            unit = (("00", str(parse_sscc(digits))),)
            return _of_pairs(text, Kind.SSCC, (unit, ()), today, symbology)
        if len(digits) in RETAIL_LENGTHS:
            return _retail(text, parse_gtin(digits), symbology, today)
    except Refusal as refusal:
        return _unknown(text, symbology, problem_of(refusal))
    return None


def _retail(text: str, gtin: Gtin, symbology: str | None, today: date) -> Meaning:
    if gtin.is_in_store:
        in_store = _in_store(gtin)
        return Meaning(text=text, kind=Kind.IN_STORE, symbology=symbology, in_store=in_store)
    return _of_pairs(text, Kind.EAN, ((("01", str(gtin)),), ()), today, symbology)


def _in_store(gtin: Gtin) -> InStoreCode:
    """A shop's own number: two digits of prefix, five of item, five of price or weight."""
    if gtin.ean8:
        digits = gtin.ean8
        return InStoreCode(digits=digits, prefix=digits[:1], item=digits[1:-1], measure=None)
    digits = gtin.digits[-IN_STORE_LENGTH:]
    return InStoreCode(
        digits=digits, prefix=digits[:2], item=digits[2:7], measure=int(digits[7:12])
    )


def _bare_elements(text: str, body: str, today: date, symbology: str | None) -> Meaning | None:
    """An element string whose symbology was lost; without a separator its key must be true."""
    bare = with_separators(body)
    if SEPARATOR not in bare and not bare.startswith(BARE_KEYS):
        return None
    meaning = _of_pairs(text, Kind.ELEMENT_STRING, split(bare), today, symbology)
    if SEPARATOR in bare or meaning.gtin or meaning.content_gtin or meaning.sscc:
        return meaning
    # A key that is only mistyped is named; anything else was no element string at all.
    named = [problem for problem in meaning.problems if problem.code.startswith("identifiers.")]
    unknown = problem_of(errors.UnknownText(text=echo(body)))
    return _unknown(text, symbology, *(named or [unknown]))
