"""The reads of classification: for officials only, each of them."""

from __future__ import annotations

from app.credit.classification.queries.classes import (
    class_of,
    combination_on,
    combined_of,
    combined_runs,
    ratio_of,
)

__all__ = ["class_of", "combination_on", "combined_of", "combined_runs", "ratio_of"]
