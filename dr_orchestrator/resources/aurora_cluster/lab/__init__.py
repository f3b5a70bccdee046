"""The twin of Aurora clusters in the simulated AWS; it shares no code with what it is there to try."""
