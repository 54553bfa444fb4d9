"""The API doors of records: what agencies send, and what is read."""
