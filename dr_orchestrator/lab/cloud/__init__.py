"""moto with the time, the strictness and the faults of the real AWS laid over it."""
