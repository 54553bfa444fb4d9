"""Wire formats of the trace: JSON and sheets."""
