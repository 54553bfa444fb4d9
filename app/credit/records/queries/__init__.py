"""Records read: the catalogue, a subject's file, one record, what a scheme draws from them."""
