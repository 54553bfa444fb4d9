"""One or several messages as one letter in the receiver's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.messages.rules import texts
from app.messages.terms import Letter
from ledger.kernel.ids import sealed_reference

LINES_MAX = 100  # more is read on the page
CONFIRMS, STOPS = "C", "U"  # what the sealed number of an address in a link is good for
CONFIRM = "address.confirm"
_ONE_LINK = {"zh": "详情：{link}", "en": "More: {link}"}
_TITLE = {"zh": "{title}（共 {count} 条消息）", "en": "{title} (and {others} more)"}
_MORE = {"zh": "还有 {count} 条，请登录查看：{link}", "en": "{count} more; sign in to read: {link}"}
_FOOT = {
    "zh": "这封信由食品安全追溯系统（{origin}）自动发出，请勿回复。",
    "en": "Sent by the food traceability system at {origin}. Please do not reply.",
}
_STOP = {"zh": "不再接收不紧急的消息：{link}", "en": "Stop what is not urgent: {link}"}

Said = tuple[str, Mapping[str, Any], str, bool]
"""Kind, parameters, link inside the site, whether it is urgent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class House:
    """Who writes: the address people use, and the key that links in letters are sealed with."""

    origin: str
    key: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Receiver:
    """Who is written to."""

    id: int
    address: str
    language: str


def letter(posting: str, to: Receiver, said: Sequence[Said], house: House) -> Letter:
    """The letter that says some messages; its id is that of the posting, whenever it is made."""
    language = to.language
    parts, titles = [], []
    for kind, params, link, _ in said[:LINES_MAX]:
        words = texts.words_of(kind, params, language)
        titles.append(words.title)
        address = _confirming(to, house) if kind == CONFIRM else f"{house.origin}{link}"
        lines = [words.title, words.text] if len(said) > 1 else [words.text]
        lines += [_ONE_LINK[language].format(link=address)] if link else []
        parts.append("\n".join(lines))
    if len(said) > LINES_MAX:
        inbox = f"{house.origin}/messages"
        parts.append(_MORE[language].format(count=len(said) - LINES_MAX, link=inbox))
    urgent = any(it[3] for it in said)
    stop = "" if urgent else f"{house.origin}/messages/stop/{_sealed(STOPS, to, house)}"
    foot = [_FOOT[language].format(origin=house.origin)]
    foot += [_STOP[language].format(link=stop)] if stop else []
    title = titles[0]
    if len(said) > 1:
        title = _TITLE[language].format(title=title, count=len(said), others=len(said) - 1)
    return Letter(
        id=posting,
        to=to.address,
        language=language,
        title=title,
        text="\n\n".join([*parts, "-- \n" + "\n".join(foot)]) + "\n",
        urgent=urgent,
        stop_link=stop,
        one_click=stop.replace("/messages/stop/", "/api/v1/messages/stop/"),
    )


def _confirming(to: Receiver, house: House) -> str:
    return f"{house.origin}/messages/confirm/{_sealed(CONFIRMS, to, house)}"


def _sealed(letter_of: str, to: Receiver, house: House) -> str:
    return sealed_reference(letter_of, to.id, house.key)
