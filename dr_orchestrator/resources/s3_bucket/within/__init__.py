"""A bucket as part of an environment: known, filled from production, taken down should it outlive that."""
