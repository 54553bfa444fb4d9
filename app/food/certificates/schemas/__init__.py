"""Certificates on the wire and in forms."""
