"""The twin of RDS instances in the simulated AWS; it shares no code with what it is there to try."""
