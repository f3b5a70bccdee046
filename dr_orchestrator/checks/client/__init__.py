"""A client that goes on writing to a copy while that fails over, and counts what became of what was acknowledged."""
