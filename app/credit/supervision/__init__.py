"""Supervised objects in libraries: a rule of tags says who belongs, membership is dated."""
