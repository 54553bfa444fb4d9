"""The numbered steps of the schema: one head, each with its reason."""
