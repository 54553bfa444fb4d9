"""The promises, by bench and by the name of the figure they are about."""

from __future__ import annotations

from scripts.bench.results import Target

_RATIO = "ratio"

TARGETS: dict[str, dict[str, Target]] = {
    "ingest": {
        "town": Target(bound=0.20, stretch=0.40, on=_RATIO),
        "town_two_writers": Target(bound=0.20, stretch=0.40, on=_RATIO),
        "bytes_total": Target(bound=130, stretch=60, most=True),
    },
    "file": {
        "csv": Target(bound=40_000, stretch=100_000),
        "xlsx": Target(bound=15_000, stretch=30_000),
        "post_one": Target(bound=0.45, stretch=0.65, on=_RATIO),
        "post_hundred": Target(bound=8_000, stretch=20_000),
    },
    "trace": {
        "typical_p50": Target(bound=10, stretch=6, on=_RATIO, most=True),
        "typical_ours_there_p50": Target(bound=10, stretch=6, on=_RATIO, most=True),
        "typical_p99": Target(bound=3, most=True),
        "typical_cold_p99": Target(bound=20, most=True),
        "huge_p99": Target(bound=60, most=True),
        "huge_p50": Target(bound=20, stretch=2, on=_RATIO, most=True),
        "huge_ours_there_p50": Target(bound=20, stretch=2, on=_RATIO, most=True),
        "huge_faster_than_naive": Target(bound=100, stretch=1_000),
        "typical_growth": Target(bound=1.5, stretch=1.1, most=True),
    },
    "http": {
        "trace_typical_p99": Target(bound=15, stretch=8, most=True),
        "trace_huge_p99": Target(bound=250, stretch=120, most=True),
        "scan_page": Target(bound=0.45, stretch=0.7, on=_RATIO),
        "code_look_up": Target(bound=0.45, stretch=0.7, on=_RATIO),
    },
    "recall": {
        "open_lot": Target(bound=5, stretch=1, most=True),
        "open_product": Target(bound=5, stretch=2, most=True),
        "filing_held": Target(bound=0.95, stretch=0.99, on=_RATIO),
    },
    "proof": {"sealing": Target(bound=300_000, stretch=500_000)},
    "records": {
        "intake": Target(bound=0.25, stretch=0.4, on=_RATIO),
        "page_p99": Target(bound=50, stretch=25, most=True),
        "page_growth": Target(bound=1.5, stretch=1.1, most=True),
    },
    "grading": {"graded": Target(bound=10, stretch=5, most=True)},
    "recheck": {"recheck": Target(bound=500_000, stretch=1_000_000)},
}
