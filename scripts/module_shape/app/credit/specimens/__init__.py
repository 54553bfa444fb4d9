"""Specimen title: what is noted about a subject, line by line."""
