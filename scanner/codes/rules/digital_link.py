"""GS1 Digital Link addresses, both ways: uncompressed, of any domain.

Source: GS1 Digital Link standard: key, qualifiers in order, other identifiers in the query.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote, unquote, urlsplit

from scanner.codes import errors
from scanner.codes.rules.element_string import Split, padded
from scanner.codes.rules.table import identifiers
from scanner.codes.rules.values import problem_of
from scanner.codes.terms import Pairs, Problem

# Each key with the qualifiers that may follow it, in the order they must follow.
QUALIFIERS: dict[str, tuple[str, ...]] = {
    "01": ("22", "10", "21", "235"),
    "00": (),
    "414": ("254", "7040"),
    "417": ("7040",),
    "8006": ("22", "10", "21"),
    "8003": (),
    "8004": ("7040",),
}
# Words early links used in place of numbers.
WORDS = {"gtin": "01", "cpv": "22", "lot": "10", "ser": "21", "sscc": "00", "gln": "414"}
ADDRESS = re.compile(r"(?:https?://|/|[\w-]+(?:\.[\w-]+)+(?::\d+)?/)", re.IGNORECASE)
QUERY_SEPARATORS = re.compile("[&;]")


def is_address(text: str) -> bool:
    """Whether a text looks like an address: with a scheme, a domain, or a path from the root."""
    return ADDRESS.match(text) is not None


def host_and_path(text: str) -> tuple[str, str, str]:
    """Host with port in lower case, path and query of an address; the host may be empty."""
    has_scheme = "://" in text.split("?", 1)[0]
    whole = text if has_scheme or text.startswith("/") else "//" + text
    try:
        parts = urlsplit(whole)
    except ValueError:
        return "", "", ""
    return parts.netloc.rpartition("@")[2].lower(), parts.path, parts.query


def split_link(text: str) -> Split | None:
    """Identifiers and values of a link, or none where the address is no Digital Link.

    The key is the first whose rest of the path is whole pairs, so a path before it is allowed.
    """
    if not is_address(text):
        return None
    _, path, query = host_and_path(text)
    segments = [unquote(part) for part in path.split("/") if part]
    for at in range(len(segments) - 1):
        pairs = _pairs_of_path(segments[at:])
        if pairs:
            problems = _order_problems(pairs)
            return pairs + _pairs_of_query(query), problems
    return None


def digital_link(pairs: Iterable[tuple[str, str]], *, base: str) -> str:
    """The link of identifiers and values below an address such as ``https://id.example.org``.

    Raises: NoLinkKey.
    """
    values = {ai: padded(ai, value) for ai, value in pairs}
    key = next((key for key in QUALIFIERS if key in values), None)
    if key is None:
        raise errors.NoLinkKey(keys=", ".join(sorted(values)))
    in_path = [key, *(ai for ai in QUALIFIERS[key] if ai in values)]
    path = "".join(f"/{ai}/{quote(values[ai], safe='')}" for ai in in_path)
    rest = [f"{ai}={quote(value, safe='')}" for ai, value in values.items() if ai not in in_path]
    return base.rstrip("/") + path + ("?" + "&".join(rest) if rest else "")


def _pairs_of_path(segments: Sequence[str]) -> Pairs:
    """The pairs the segments are, or nothing where they are not a key and its qualifiers."""
    names = [WORDS.get(name.lower(), name) for name in segments[::2]]
    if len(segments) % 2 or names[0] not in QUALIFIERS:
        return ()
    if any(name not in QUALIFIERS[names[0]] for name in names[1:]):
        return ()
    return tuple(
        (name, padded(name, value)) for name, value in zip(names, segments[1::2], strict=True)
    )


def _pairs_of_query(query: str) -> Pairs:
    found = (part.partition("=") for part in QUERY_SEPARATORS.split(query))
    # Other parameters, such as linkType, are for the resolver and not for us.
    return tuple(
        (name, padded(name, unquote(value))) for name, _, value in found if name in identifiers()
    )


def _order_problems(pairs: Pairs) -> tuple[Problem, ...]:
    order = QUALIFIERS[pairs[0][0]]
    places = [order.index(name) for name, _ in pairs[1:]]
    if places == sorted(places):
        return ()
    return (problem_of(errors.QualifierOrder(order=", ".join(order)), refuses=False),)
