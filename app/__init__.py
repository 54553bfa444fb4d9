"""Everything people and machines touch: the doors and the modules behind them."""

import gc

# What reading the program makes is there to stay. With Python's own thresholds the collector looks
# through it again and again, a quarter of the second and a half that each process takes to begin.
# Processes that work go on like this: see `processes.collecting`.
gc.set_threshold(200_000, 20, 100)
