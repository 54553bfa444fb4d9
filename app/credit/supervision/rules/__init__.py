"""Rules of tags: read and checked, said in words, held against subjects; the official list."""

from app.credit.supervision.rules.official import OfficialLibrary, official_libraries, version
from app.credit.supervision.rules.reading import document, read, read_text
from app.credit.supervision.rules.reckoning import Columns, holds, members
from app.credit.supervision.rules.words import in_words

__all__ = [
    "Columns",
    "OfficialLibrary",
    "document",
    "holds",
    "in_words",
    "members",
    "official_libraries",
    "read",
    "read_text",
    "version",
]
