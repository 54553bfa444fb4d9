"""The trace as pure functions: reading rows, following them, adding them up, drawing them."""
