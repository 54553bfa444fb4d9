"""Inspectors on site: a subject found by sign or licence, a visit noted, closing marked."""
