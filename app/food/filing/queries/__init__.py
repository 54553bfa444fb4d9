"""The reads of filing: uploads and the rows of them that were not simply filed."""
