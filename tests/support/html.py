"""Reads a drawn page into elements, so that tests can ask about its structure."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "hr", "img", "rect", "path", "circle", "use", "line"}


@dataclass
class Element:
    """One start tag with its attributes, its ancestors' names and the text inside."""

    tag: str
    attributes: dict[str, str | None]
    above: tuple[str, ...]
    text: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """The text inside, joined."""
        return "".join(self.text).strip()


class Page(HTMLParser):
    """All elements of a page in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs), tuple(e.tag for e in self._open))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs), tuple(e.tag for e in self._open)))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            if self._open.pop().tag == tag:
                return

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text.append(data)

    def all(self, tag: str, **wanted: str) -> list[Element]:
        """Return the elements of this tag whose attributes have these values (class: contains)."""
        return [
            e
            for e in self.elements
            if e.tag == tag
            and all(
                value in (e.attributes.get("class") or "").split()
                if name == "class_"
                else e.attributes.get(name) == value
                for name, value in wanted.items()
            )
        ]
