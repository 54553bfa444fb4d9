"""Ratings of any trade: what is registered in records is graded as one scheme file says."""
