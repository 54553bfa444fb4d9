"""The lookup: a picture becomes text, text a meaning, a meaning a history; it only reads."""
