"""Text becomes meaning: what was scanned or typed, told apart and taken apart."""
