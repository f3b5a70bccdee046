"""The reads by which the whole estate of a place is found, whoever declares it."""
