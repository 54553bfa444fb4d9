"""The record: who, what, what happened, and the proof of it."""
