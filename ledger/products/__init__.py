"""Products and their lots: what is handed on, how it is packed, and which lots are held."""
