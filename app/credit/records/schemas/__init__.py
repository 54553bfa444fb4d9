"""What comes in and goes out of records: files, forms, JSON."""
