"""Food risk grades A to D: static and dynamic points, the year's adjustment, how many visits."""
