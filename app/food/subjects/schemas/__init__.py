"""Wire formats of subjects: JSON of the API, forms of the pages, sheets of the import."""
