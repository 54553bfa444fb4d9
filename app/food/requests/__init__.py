"""Trace requests: where a trace has a gap, its operator is asked for the records."""
