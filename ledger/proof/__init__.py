"""The proof of the book: a Merkle log over all entries, its checkpoints, and their witnesses."""
