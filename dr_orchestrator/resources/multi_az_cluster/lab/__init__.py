"""Multi-AZ DB clusters in the simulated AWS."""
