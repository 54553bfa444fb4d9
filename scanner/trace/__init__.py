"""Meaning to history: the book read backwards and forwards from a lot; nothing is written."""
