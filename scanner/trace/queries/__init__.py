"""The reads of the trace: the trace of lots, and what a code points at."""

from scanner.trace.queries.adding import totals_of_product
from scanner.trace.queries.pointing import certificates_of, lots_shown, lots_to_trace, pointed_at
from scanner.trace.queries.tracing import trace

__all__ = [
    "certificates_of",
    "lots_shown",
    "lots_to_trace",
    "pointed_at",
    "totals_of_product",
    "trace",
]
