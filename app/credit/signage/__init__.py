"""The sign at the door: a grade that everybody can read, and a code that tells whether it holds."""
