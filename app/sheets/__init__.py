"""Files of rows, whatever the rows are about: kept, looked into, read as grids of cells."""
