"""Subjects at the doors: registrars keep them, everybody reads what they may."""
