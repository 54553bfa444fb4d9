"""One engine for every scheme: facts become points, points a class, a class its consequence."""
