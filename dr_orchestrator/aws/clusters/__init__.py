"""DB clusters of RDS, whatever makes them: restored, waited for, proven to stand apart, taken down."""
