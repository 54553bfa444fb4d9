"""A subject disputes a record: it is marked at once, somebody decides in time, it is put right."""
