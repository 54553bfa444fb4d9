"""The decisions of food grading: several trades, new operators, the year's adjustment, visits."""
