"""Reports of consumers: something is wrong with a food, and who looks into it."""
