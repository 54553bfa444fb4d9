"""The readings and writings of codes as pure functions; these are the names others use."""

from __future__ import annotations

from scanner.codes.rules.description import describe
from scanner.codes.rules.digital_link import digital_link
from scanner.codes.rules.element_string import bracketed, element_string, pairs_of
from scanner.codes.rules.meaning import meaning_of

__all__ = ["bracketed", "describe", "digital_link", "element_string", "meaning_of", "pairs_of"]
