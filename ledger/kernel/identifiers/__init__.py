"""The arithmetic of the numbers the field is keyed by: items, places, subjects, licences."""
