"""What operations reads: the catalogue of a store, and figures of an installation."""
