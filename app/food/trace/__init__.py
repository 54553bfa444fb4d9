"""Scanning and tracing: what a code points at, who had a lot, what the public sees."""
