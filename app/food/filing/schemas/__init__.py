"""What is sent in becomes commands: JSON bodies, sheets, forms."""
