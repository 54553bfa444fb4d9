"""Pages strangers ask for again and again: drawn once for the same contents, never out of date.

What a page says is asked of the store each time. Only the drawing is spared, and only where
everything the template is given is what it was when the page was drawn.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import current_app, g, render_template, request, session

from app.doors import assets, i18n

PAGES_MAX = 512  # of some 12 KB: 6 MB a process
_MOMENT = "asked_at"
_Key = tuple[object, ...]


class KeptPages:
    """Drawn pages by what they were drawn from, cut where the moment of asking stands."""

    def __init__(self, pages_max: int = PAGES_MAX) -> None:
        self.pages_max = pages_max
        self._pages: dict[_Key, tuple[str, str]] = {}

    def __len__(self) -> int:
        """How many pages are kept."""
        return len(self._pages)

    def drawn(self, template: str, context: Mapping[str, Any]) -> str:
        """The page with this context; ``asked_at`` in it is shown at one place only.

        The key is all the template is given: the whole context and what it may read of the request.
        """
        asked_at = context.get(_MOMENT)
        if not isinstance(asked_at, datetime):
            return render_template(template, **context)
        key = _key(template, context, asked_at)
        known = self._pages.get(key)
        if known is None:
            page = render_template(template, **context)
            self._keep(key, page, _shown(asked_at))
            return page
        return _shown(asked_at).join(known)

    def _keep(self, key: _Key, page: str, moment: str) -> None:
        """Keep a page, unless it holds what is one reader's own; the oldest makes room."""
        before, found, after = page.partition(moment)
        if not found or moment in after or "csrf_token" in g or session.modified:
            return
        while len(self._pages) >= self.pages_max:
            self._pages.pop(next(iter(self._pages)), None)
        self._pages[key] = before, after


def _key(template: str, context: Mapping[str, Any], asked_at: datetime) -> _Key:
    """All that decides how a page looks, but for the moment it was asked for within its minute."""
    given = {name: value for name, value in context.items() if name != _MOMENT}
    return (
        template,
        pickle.dumps(given, protocol=5),
        asked_at.replace(second=0, microsecond=0),
        i18n.language(),
        request.environ.get("QUERY_STRING", ""),
        request.root_url,
        request.path,
        tuple(sorted(request.cookies.items())),
        assets.built_at(),
    )


def _shown(moment: datetime) -> str:
    """The moment as the page shows it."""
    marks: Any = current_app.jinja_env.get_template("_marks.html").module
    return str(marks.when(moment))
