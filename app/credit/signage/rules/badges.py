"""The badge other sites show: a small picture that says the grade, its day, and until when."""

from __future__ import annotations

import base64
from html import escape

from app.credit.signage.rules.faces import stars
from app.credit.signage.terms import Board, ClassWords, Look, Sign, SignState

_WIDE, _HIGH = 260, 84
_FONT = "Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
_SHAPES = {
    "A": '<circle cx="20" cy="20" r="19" fill="#0b6a55"/>',
    "B": '<rect x="2" y="2" width="36" height="36" rx="3" fill="#0b4f7d"/>',
    "C": '<path d="M20 .6 39.4 20 20 39.4.6 20z" fill="#f2b01e" stroke="#15202b"/>',
    "D": '<path d="M12.3 1h15.4L39 12.3v15.4L27.7 39H12.3L1 27.7V12.3z" fill="#a81f18"/>',
}
_ENDED = {
    SignState.REPLACED: "此牌已换",
    SignState.REVOKED: "此牌已撤",
    SignState.EXPIRED: "此牌已过期",
}


def badge(
    sign: Sign, state: SignState, board: Board, class_now: str, said: str, signed: bytes
) -> str:
    """A badge as an SVG document with the signed statement inside; it has no script and no link."""
    words = board.words(class_now)
    first = board.title[0]
    second = f"{words.zh}" if class_now else "待评定"
    third = _ENDED.get(state, f"{sign.graded_on.isoformat()} 评定")
    about = f"{first}：{sign.name}，{second}，{third}"
    metadata = escape(said + base64.b64encode(signed).decode())
    lines = (
        f'<text x="92" y="24" font-size="13" fill="#48545f">{escape(_cut(first, 12))}</text>'
        f'<text x="92" y="48" font-size="18" font-weight="700" fill="#15202b">'
        f"{escape(_cut(second, 9))}</text>"
        f'<text x="92" y="70" font-size="12" fill="#48545f">{escape(third)}</text>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" width="{_WIDE}"'
        f' height="{_HIGH}" role="img" font-family="{_FONT}"><title>{escape(about)}</title>'
        f"<metadata>{metadata}</metadata>"
        f'<rect x=".5" y=".5" width="{_WIDE - 1}" height="{_HIGH - 1}" fill="#fff"'
        f' stroke="#15202b"/><rect width="{_WIDE}" height="5" fill="#15202b"/>'
        f"{_picture(words, board.stars)}{lines}</svg>"
    )


def _picture(words: ClassWords, most: int) -> str:
    if words.look is Look.GRADE and words.code in _SHAPES:
        dark = words.code == "C"
        size, down = (22, 27.8) if dark else (26, 29.2)
        ink = "#15202b" if dark else "#fff"
        letter = (
            f'<text x="20" y="{down}" font-size="{size}" font-weight="700" text-anchor="middle"'
            f' fill="{ink}">{words.code}</text>'
        )
        moved = 'transform="translate(16 17) scale(1.45)"'
        return f"<g {moved}>{_SHAPES[words.code]}{letter}</g>"
    if words.look is Look.STARS and words.code:
        number = (
            '<text x="46" y="50" font-size="40" font-weight="700" text-anchor="middle"'
            f' fill="#15202b">{words.code}</text>'
        )
        line = (
            '<text x="46" y="70" font-size="13" text-anchor="middle" fill="#15202b">'
            f"{stars(words.code, most)}</text>"
        )
        return number + line
    size = max(12, 30 - 5 * max(len(words.code) - 1, 0))
    return (
        '<rect x="14" y="20" width="64" height="48" fill="none" stroke="#15202b" stroke-width="2"/>'
        f'<text x="46" y="{44 + size * 0.36:g}" font-size="{size}" font-weight="700"'
        f' text-anchor="middle" fill="#15202b">{escape(words.code or "待评")}</text>'
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
