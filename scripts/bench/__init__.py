"""Measurements of the book beside its limits and its rivals, in one run on the same data."""
