"""Papers: PDF files with a number, whose hash is kept so that anybody can check a copy."""
