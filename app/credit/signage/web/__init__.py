"""The page door of signs: what who scans sees, what holders print and say, what officers do."""
