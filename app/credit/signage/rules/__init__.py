"""Decisions about signs as pure functions: what a code states, when a sign is due, how it looks."""
