"""Recalls: from a lot to the last holder, on the law's clock, with drills on the same rails."""
