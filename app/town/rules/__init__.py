"""The town as a pure function: the same seed and last day give the same firms, goods and lines."""
