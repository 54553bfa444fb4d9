"""The page door of credit records: what agencies send, what the catalogue says, credit files."""
