"""What a stream is in the simulated AWS."""
