"""Products at the doors: opened by whoever makes or trades them, stopped by inspectors."""
