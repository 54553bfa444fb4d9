"""Subjects: who may appear in the book, where they work, and what they are licensed for."""
