"""Papers that vouch for lots, products, operators and their premises, and what replaced them."""
