"""The book: who handed which lot to whom, filed once, checked, never changed."""
