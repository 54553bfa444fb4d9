"""Decisions of messages: words, times, signatures, and which addresses may be called."""
