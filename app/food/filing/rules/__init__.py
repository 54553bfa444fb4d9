"""Reading files and cells: what a sheet says, decided without a store, a clock or a request."""
