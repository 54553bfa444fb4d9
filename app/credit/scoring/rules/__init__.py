"""The rules of scoring: reading a scheme, reckoning columns, explaining one object, ways out."""
