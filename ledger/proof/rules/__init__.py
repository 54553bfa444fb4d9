"""The proof's arithmetic: the Merkle tree, its tiles and paths, signed notes and receipts."""
