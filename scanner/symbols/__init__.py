"""Picture becomes text and text becomes picture: reading and drawing of barcodes."""
