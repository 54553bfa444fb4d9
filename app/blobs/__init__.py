"""Files that belong to the record, kept under the hash of what is in them."""
