"""A copy of a cluster that spans two regions: a global cluster of the run's own, which is switched over and back."""
